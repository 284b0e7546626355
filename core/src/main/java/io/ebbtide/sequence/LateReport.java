package io.ebbtide.sequence;

import io.ebbtide.peers.LateTraffic;
import io.ebbtide.report.ShutdownReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The part of a report that is about late requests. */
final class LateReport {
    private LateReport() {}

    static ShutdownReport.Late of(LateTraffic late) {
        // more may arrive while this reads: counters incremented last are read first, so that no part exceeds the whole
        long refused = late.refused();
        long newConnections = late.onNewConnections();
        List<ShutdownReport.Offset> classes = new ArrayList<>();
        for (int i = 0; i <= LateTraffic.OFFSETS.size(); i++) {
            Duration bound = i < LateTraffic.OFFSETS.size() ? LateTraffic.OFFSETS.get(i) : null;
            classes.add(new ShutdownReport.Offset(bound, late.countAt(i)));
        }
        while (!classes.isEmpty() && classes.get(classes.size() - 1).count() == 0) {
            classes.remove(classes.size() - 1);
        }
        List<ShutdownReport.LatePeer> senders = late.latestSenders().stream()
                .map(each -> new ShutdownReport.LatePeer(each.address(), each.count(), each.latest()))
                .toList();
        long count = classes.stream().mapToLong(ShutdownReport.Offset::count).sum();
        return new ShutdownReport.Late(
                count, refused, late.latest(), newConnections, late.latestOnNewConnections(), classes, senders);
    }
}
