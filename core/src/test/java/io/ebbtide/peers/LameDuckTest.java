package io.ebbtide.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testing.FakeTicker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LameDuckTest {
    private static final Duration MIN = Duration.ofSeconds(2);
    private static final Duration MAX = Duration.ofSeconds(15);

    private final FakeTicker ticker = new FakeTicker();
    private final Peers peers = new Peers(ticker);

    @Test
    void withoutTraffic_nothingCanBeConcluded() {
        assertThat(begun(0).isProvable()).isFalse();
    }

    @Test
    void withTooFewRequests_nothingCanBeConcluded() {
        arrive(1, SilenceThreshold.MIN_REQUESTS - 1, Duration.ofMillis(100));

        assertThat(begun(0).isProvable()).isFalse();
    }

    @Test
    void busyPeerThatStops_isWaitedForTheFloor() {
        arrive(1, 3_000, Duration.ofMillis(5));
        LameDuck lameDuck = begun(1);
        ticker.advance(Duration.ofSeconds(1));
        arrive(1, 1, Duration.ZERO);

        assertThat(lameDuck.untilSilent()).isBetween(Duration.ofMillis(1_900), Duration.ofMillis(2_100));
        ticker.advance(Duration.ofMillis(2_100));
        assertThat(lameDuck.untilSilent()).isZero();
    }

    @Test
    void minimumTime_isWaitedThoughAllPeersAreSilent() {
        arrive(1, 3_000, Duration.ofMillis(5));
        ticker.advance(Duration.ofSeconds(60));

        LameDuck lameDuck = begun(1);

        assertThat(lameDuck.untilSilent()).isEqualTo(MIN);
    }

    @Test
    void silenceOfOneAddress_wouldBeLongEnoughEarlier_ifItWereOneRouter() {
        arrive(1, 60, Duration.ofMillis(500));
        LameDuck lameDuck = begun(0);
        ticker.advance(Duration.ofSeconds(1));
        arrive(1, 1, Duration.ZERO);
        ticker.advance(Duration.ofSeconds(14));

        // 2 a second: ln((1 + 2 x 13) / 0.001) / 2 = 5.1 s after the last request; each of 16 would send one in 8 s
        assertThat(lameDuck.untilSilent()).isPositive();
        assertThat(lameDuck.endIfOneRouter()).isBetween(Duration.ofMillis(5_900), Duration.ofMillis(6_300));
    }

    /** With one router it would have ended before the last request, which would have found the port closed. */
    @Test
    void silenceThatARequestHasBroken_isNoReasonToAssumeOneRouter() {
        arrive(1, 600, Duration.ofMillis(100));
        LameDuck lameDuck = begun(0);
        ticker.advance(Duration.ofSeconds(1));
        arrive(1, 1, Duration.ofSeconds(4));
        arrive(1, 1, Duration.ZERO);
        ticker.advance(Duration.ofSeconds(9));

        assertThat(lameDuck.endIfOneRouter()).isNull();
    }

    @Test
    void silenceIfThereWereOneRouter_isNotLongEnoughBeforeTheMinimum() {
        arrive(1, 3_000, Duration.ofMillis(5));
        LameDuck lameDuck = begun(0);
        ticker.advance(Duration.ofSeconds(14));

        assertThat(lameDuck.endIfOneRouter()).isEqualTo(MIN);
    }

    @Test
    void tooFewRequests_proveNothing_evenIfThereWereOneRouter() {
        arrive(1, SilenceThreshold.MIN_REQUESTS - 1, Duration.ofMillis(100));

        assertThat(begun(0).endIfOneRouter()).isNull();
    }

    /** A peer that still sends a hundredth of the traffic must not be hidden by the silence of the others. */
    @Test
    void rarePeer_isWaitedForLonger_andNamed() {
        for (int i = 0; i < 1_000; i++) {
            arrive(1, 10, Duration.ofMillis(10));
            arrive(2, 1, Duration.ZERO);
        }
        LameDuck lameDuck = begun(1);
        ticker.advance(Duration.ofSeconds(3));

        // 10 a second: ln(2 x (1 + 10 x 13) / 0.001) / 10 = 1.25 s; below the minimum, and so is the other
        assertThat(lameDuck.untilSilent()).isZero();
        arrive(2, 1, Duration.ZERO);
        assertThat(lameDuck.untilSilent()).isPositive();
        assertThat(lameDuck.heldBy()).isEqualTo("10.0.0.2");
    }

    /** Each sends too rarely to be watched; together they are most of the traffic. */
    @Test
    void manyRarePeers_besideABusyOne_keepItFromDeciding() {
        for (int i = 0; i < 15; i++) {
            for (int peer = 1; peer <= 20; peer++) {
                arrive(peer, 1, Duration.ofMillis(10));
            }
        }
        arrive(21, 300, Duration.ofMillis(10));

        assertThat(begun(1).isProvable()).isFalse();
        arrive(21, 3_000, Duration.ofMillis(10));
        assertThat(begun(1).isProvable()).isTrue();
    }

    /** Regardless of their number: the last of a hundred is a hundredth of their traffic. */
    @Test
    void eachOfManyPeers_isWatchedByItself() {
        for (int i = 0; i < 30; i++) {
            for (int peer = 1; peer <= 100; peer++) {
                arrive(peer, 1, Duration.ofMillis(10));
            }
        }
        LameDuck lameDuck = begun(1);
        ticker.advance(Duration.ofSeconds(15));
        assertThat(lameDuck.untilSilent()).isZero();

        arrive(100, 1, Duration.ZERO);

        assertThat(lameDuck.untilSilent()).isGreaterThan(Duration.ofSeconds(10));
        assertThat(lameDuck.heldBy()).isEqualTo("10.0.0.100");
    }

    /** Behind a balancer of connections, a client that keeps its connection or moves elsewhere proves nothing about new ones. */
    @Test
    void peerThatKeepsItsConnections_provesNothing_andHolds() {
        kept(1, 3_000, Duration.ofMillis(5));
        LameDuck lameDuck = begunBySignal(1);
        kept(1, 10, Duration.ofMillis(5));
        arrive(1, 5, Duration.ofMillis(50));
        ticker.advance(Duration.ofSeconds(12));

        assertThat(lameDuck.isProvable()).isFalse();
        assertThat(lameDuck.untilSilent()).isPositive();
        assertThat(lameDuck.heldBy()).isEqualTo("10.0.0.1");
    }

    @Test
    void peerThatKeepsItsConnections_andOpensNewOnes_isWaitedForByTheRateOfThose() {
        for (int i = 0; i < 60; i++) {
            kept(1, 50, Duration.ofMillis(20));
            arrive(1, 1, Duration.ZERO); // one new connection a second
        }
        LameDuck lameDuck = begunBySignal(1);

        // ln((1 + 1 x 13) / 0.001) / 1 = 9.5 s
        assertThat(lameDuck.untilSilent()).isBetween(Duration.ofMillis(9_300), Duration.ofMillis(9_800));
    }

    /** A proxy chooses for each request, so it reconnects for each, despite ten ended connections. */
    @Test
    void peerThatComesBackForEachRequest_isWaitedForByItsRate() {
        kept(1, 3_000, Duration.ofMillis(10));
        LameDuck lameDuck = begunBySignal(1);
        kept(1, 10, Duration.ofMillis(10));
        arrive(1, 30, Duration.ofMillis(10));
        assertThat(lameDuck.isProvable()).as("30 times, which may be chance").isFalse();

        arrive(1, 60, Duration.ofMillis(10));
        ticker.advance(Duration.ofSeconds(3));

        assertThat(lameDuck.isProvable()).isTrue();
        assertThat(lameDuck.untilSilent()).isZero();
    }

    @Test
    void peerThatHadLeftBeforeTheSignal_isNotWaitedFor() {
        kept(1, 3_000, Duration.ofMillis(10));
        ticker.advance(Duration.ofSeconds(10));
        LameDuck lameDuck = begunBySignal(1);
        assertThat(lameDuck.untilSilent()).isEqualTo(MIN);

        ticker.advance(MIN);

        assertThat(lameDuck.untilSilent()).isZero();
    }

    @Test
    void bursts_areWaitedOut() {
        for (int i = 0; i < 10; i++) {
            arrive(1, 50, Duration.ofMillis(1));
            ticker.advance(Duration.ofSeconds(6));
        }
        LameDuck lameDuck = begun(1);

        assertThat(lameDuck.untilSilent()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(4)); // 1.5 x 6 - 6
    }

    @Test
    void oneAddress_standsForManyRouters() {
        arrive(1, 600, Duration.ofMillis(100));
        LameDuck one = begun(1);
        LameDuck derived = begun(0);

        assertThat(derived.untilSilent()).isGreaterThan(one.untilSilent().multipliedBy(4));
    }

    @ParameterizedTest
    @CsvSource({"1, 100, 0.14", "1, 10, 1.18", "1, 1, 9.55", "16, 100, 0.17", "64, 0.5, 26"})
    void quiet_isTheTimeThatTheFormulaGives(int count, double perSecond, double seconds) {
        var threshold = new SilenceThreshold(Duration.ofMillis(1), Duration.ofSeconds(13), 1);

        assertThat(threshold.of(count, perSecond, Duration.ZERO).toMillis() / 1_000.0)
                .isCloseTo(seconds, org.assertj.core.data.Percentage.withPercentage(3));
    }

    private LameDuck begun(int senders) {
        return new LameDuck(peers, MIN, MAX, senders);
    }

    private LameDuck begunBySignal(int senders) {
        peers.beginShutdown();
        return begun(senders);
    }

    private void kept(int peer, int count, Duration between) {
        for (int i = 0; i < count; i++) {
            peers.arrived(address(peer), true);
            ticker.advance(between);
        }
    }

    private void arrive(int peer, int count, Duration between) {
        for (int i = 0; i < count; i++) {
            peers.arrived(address(peer), false);
            ticker.advance(between);
        }
    }

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
