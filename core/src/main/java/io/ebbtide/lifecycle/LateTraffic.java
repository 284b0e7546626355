package io.ebbtide.lifecycle;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts the requests that arrive after the shutdown has begun. Safe for use by many threads. */
public final class LateTraffic {
    /** The upper bounds of the classes of offsets; the last class has none. */
    public static final List<Duration> OFFSETS =
            Durations.ofMillis(500, 1_000, 2_000, 3_000, 5_000, 7_000, 10_000, 15_000, 20_000, 30_000, 60_000);

    private static final int MOST_PEERS = 1_024;
    private static final int MOST_PEERS_TOLD = 5;

    private final Ticker ticker;
    private final Tally all = new Tally();
    private final Tally newConnections = new Tally();
    private final LongAdder refused = new LongAdder();
    private final LongAdder[] offsets = new LongAdder[OFFSETS.size() + 1];
    private final Map<InetAddress, Tally> peers = new ConcurrentHashMap<>();

    private static final class Tally {
        final LongAdder count = new LongAdder();
        final LongAccumulator latestNanos = new LongAccumulator(Math::max, 0);

        void add(long offsetNanos) {
            count.increment();
            latestNanos.accumulate(offsetNanos);
        }

        Duration latest() {
            return Duration.ofNanos(latestNanos.get());
        }
    }

    LateTraffic(Ticker ticker) {
        this.ticker = ticker;
        Arrays.setAll(offsets, i -> new LongAdder());
    }

    void arrived(long leavingSinceNanos, boolean admitted, @Nullable InetAddress peer, boolean newConnection) {
        long offset = ticker.nanos() - leavingSinceNanos;
        all.add(offset);
        offsets[classOf(offset)].increment();
        if (newConnection) {
            newConnections.add(offset);
        }
        if (!admitted) {
            refused.increment();
        }
        if (peer != null && (peers.size() < MOST_PEERS || peers.containsKey(peer))) {
            peers.computeIfAbsent(peer, each -> new Tally()).add(offset);
        }
    }

    /** Returns the number of late requests. */
    public long count() {
        return all.count.sum();
    }

    /** Returns how many of them came on a connection that had carried none before. */
    public long onNewConnections() {
        return newConnections.count.sum();
    }

    /** Returns how many came at an offset of at most {@code OFFSETS[index]}, and more than the bound before it. */
    public long countAt(int index) {
        return offsets[index].sum();
    }

    /** Returns the time from the signal to the latest late request; zero if there was none. */
    public Duration latest() {
        return all.latest();
    }

    ShutdownReport.Late report() {
        // more may arrive while this reads: counters incremented last are read first, so that no part exceeds the whole
        long refusedOfThem = refused.sum();
        long onNewConnections = onNewConnections();
        List<ShutdownReport.Offset> classes = new ArrayList<>();
        for (int i = 0; i < offsets.length; i++) {
            Duration bound = i < OFFSETS.size() ? OFFSETS.get(i) : null;
            classes.add(new ShutdownReport.Offset(bound, offsets[i].sum()));
        }
        while (!classes.isEmpty() && classes.get(classes.size() - 1).count() == 0) {
            classes.remove(classes.size() - 1);
        }
        List<ShutdownReport.LatePeer> latest = peers.entrySet().stream()
                .map(each -> new ShutdownReport.LatePeer(
                        each.getKey().getHostAddress(),
                        each.getValue().count.sum(),
                        each.getValue().latest()))
                .sorted(Comparator.comparing(ShutdownReport.LatePeer::latest).reversed())
                .limit(MOST_PEERS_TOLD)
                .toList();
        long count = classes.stream().mapToLong(ShutdownReport.Offset::count).sum();
        return new ShutdownReport.Late(
                count, refusedOfThem, latest(), onNewConnections, newConnections.latest(), classes, latest);
    }

    private static int classOf(long offsetNanos) {
        int index = 0;
        while (index < OFFSETS.size() && OFFSETS.get(index).toNanos() < offsetNanos) {
            index++;
        }
        return index;
    }
}
