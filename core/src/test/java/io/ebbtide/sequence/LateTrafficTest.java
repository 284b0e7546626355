package io.ebbtide.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.inflight.GateControl;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.peers.LateTraffic;
import io.ebbtide.peers.TrafficRecorder;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.ConnectionUse;
import io.ebbtide.spi.Traffic;
import io.ebbtide.testing.FakeTicker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LateTrafficTest {
    private final FakeTicker ticker = new FakeTicker();
    private final InFlight inFlight = new InFlight(ticker);
    private final TrafficRecorder recorder = new TrafficRecorder(ticker);
    private final Traffic traffic = new Traffic(inFlight, recorder);

    @Test
    void requests_afterTheSignalAlone_areCountedByOffsetConnectionAndPeer() throws Exception {
        arrives(1, true);
        recorder.beginShutdown(ticker.nanos());
        ticker.advance(Duration.ofMillis(500));
        arrives(1, true);
        arrives(2, false);
        ticker.advance(Duration.ofMillis(6_800));
        arrives(2, false);

        ShutdownReport.Late late = LateReport.of(recorder.late());

        assertThat(late.count()).isEqualTo(3);
        assertThat(late.refused()).isZero();
        assertThat(late.latest()).isEqualTo(Duration.ofMillis(7_300));
        assertThat(late.newConnections()).isEqualTo(1);
        assertThat(late.latestNewConnection()).isEqualTo(Duration.ofMillis(500));
        assertThat(late.offsets()).extracting(ShutdownReport.Offset::count).containsExactly(2L, 0L, 0L, 0L, 0L, 0L, 1L);
        assertThat(late.offsets().get(6).upTo()).isEqualTo(Duration.ofSeconds(10));
        assertThat(late.peers())
                .containsExactly(
                        new ShutdownReport.LatePeer("10.0.0.2", 2, Duration.ofMillis(7_300)),
                        new ShutdownReport.LatePeer("10.0.0.1", 1, Duration.ofMillis(500)));
    }

    @Test
    void offset_countsFromTheSignal_howeverLateWeBeginToCount() throws Exception {
        long signal = ticker.nanos();
        ticker.advance(Duration.ofMillis(60));
        recorder.beginShutdown(signal);
        ticker.advance(Duration.ofMillis(40));
        arrives(1, true);

        assertThat(recorder.late().latest()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void request_afterAMinute_isInTheClassWithoutABound() throws Exception {
        recorder.beginShutdown(ticker.nanos());
        ticker.advance(Duration.ofSeconds(61));
        arrives(1, true);

        var offsets = LateReport.of(recorder.late()).offsets();

        assertThat(offsets).hasSize(LateTraffic.OFFSETS.size() + 1);
        assertThat(offsets.get(offsets.size() - 1)).isEqualTo(new ShutdownReport.Offset(null, 1));
    }

    @Test
    void request_thatIsRefused_isCountedAsSuch() throws Exception {
        recorder.beginShutdown(ticker.nanos());
        new GateControl(inFlight).close();

        arrives(1, true);

        assertThat(LateReport.of(recorder.late()).refused()).isEqualTo(1);
    }

    @Test
    void healthCheckersAndTheServicesOwnWork_areNotLate() {
        recorder.beginShutdown(ticker.nanos());

        traffic.admit(WorkKind.REQUEST, () -> "GET /", null, ConnectionUse.FIRST);
        traffic.admitOwn(WorkKind.JOB, () -> "reindex");

        assertThat(LateReport.of(recorder.late()).count()).isZero();
        assertThat(inFlight.count()).isEqualTo(2);
    }

    @Test
    void anyRequestButAHealthCheckers_isSeen() throws Exception {
        traffic.admit(WorkKind.REQUEST, () -> "GET /", null, ConnectionUse.FIRST);
        assertThat(recorder.hasSeenAny()).isFalse();

        arrives(1, true);
        assertThat(recorder.hasSeenAny()).isTrue();
        var ofUnknown = new TrafficRecorder(ticker);
        new Traffic(inFlight, ofUnknown).admit(WorkKind.REQUEST, () -> "GET /");
        assertThat(ofUnknown.hasSeenAny()).isTrue();
    }

    private void arrives(int peer, boolean newConnection) throws UnknownHostException {
        InetAddress address = InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) peer});
        traffic.admit(
                WorkKind.REQUEST, () -> "GET /", address, newConnection ? ConnectionUse.FIRST : ConnectionUse.AGAIN);
    }
}
