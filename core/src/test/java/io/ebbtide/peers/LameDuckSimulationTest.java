package io.ebbtide.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How often a service would end its lame duck although a router still sends. Each shutdown is simulated with requests at random
 * moments: up to 16 routers behind an address, which learn of the removal one by one; the last of them never does.
 */
final class LameDuckSimulationTest {
    private static final double MIN = 2;
    private static final double MAX = 15;
    private static final double[] RATES = {0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500};

    @Test
    void prematureEnd_isRarerThanPromised() {
        simulate(30_000);
    }

    @Test
    @Tag("full")
    void prematureEnd_isRarerThanPromised_longRun() {
        simulate(1_000_000);
    }

    /** Sixteen at each address is the worst case that is promised; with fewer routers the promise holds even more. */
    @Test
    void prematureEnd_ofSixteenRouters_isRarerThanPromised() {
        assertThat((double) wrong(100_000, 1, 16, 16)).isLessThanOrEqualTo(bound(100_000));
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 32, 64})
    void moreRouters_breakThePromise(int routers) {
        assertThat((double) wrong(20_000, 1, routers, routers)).isGreaterThan(bound(20_000));
    }

    /** A simulation that cannot find a violation proves nothing: a third of the silence is far too little. */
    @Test
    void shorterSilence_isFoundOut() {
        assertThat(wrong(20_000, 1 / 3.0, 1, 16)).isGreaterThan((int) (10 * SilenceThreshold.P * 20_000));
    }

    private static void simulate(int shutdowns) {
        assertThat((double) wrong(shutdowns, 1, 1, 16)).isLessThanOrEqualTo(bound(shutdowns));
    }

    /** The promised number, plus three standard deviations. */
    private static double bound(int shutdowns) {
        double promised = SilenceThreshold.P * shutdowns;
        return promised + 3 * Math.sqrt(promised);
    }

    private static int wrong(int shutdowns, double share, int minRouters, int maxRouters) {
        var random = new Random(7);
        int wrong = 0;
        for (int i = 0; i < shutdowns; i++) {
            double rate = RATES[i % RATES.length];
            int routers = random.nextInt(minRouters, maxRouters + 1);
            wrong += endsThoughOneStillSends(rate, routers, share, random) ? 1 : 0;
        }
        System.out.printf(
                "lame duck: %,d of %,d left while one of %d to %d routers still sent, after %.2f of the silence%n",
                wrong, shutdowns, minRouters, maxRouters, share);
        return wrong;
    }

    private static boolean endsThoughOneStillSends(double rate, int routers, double share, Random random) {
        var threshold = new SilenceThreshold(Duration.ofMillis(1), Duration.ofSeconds((long) (MAX - MIN)), 16);
        double needed = share * threshold.of(1, rate, Duration.ZERO).toNanos() / 1e9;
        if (needed >= MAX) {
            return false; // waits for the whole lame duck
        }
        double last = 0;
        double rest = rate / routers; // the router that does not learn of the removal
        for (double next = last; next < MAX; ) {
            next = last - Math.log(1 - random.nextDouble()) / rest;
            double ends = Math.max(MIN, last + needed);
            if (ends < Math.min(next, MAX)) {
                return true;
            }
            last = next;
        }
        return false;
    }
}
