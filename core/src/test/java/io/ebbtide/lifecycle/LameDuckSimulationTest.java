package io.ebbtide.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How often a service would leave although a router still sends. Each shutdown is played with requests at random moments:
 * up to 16 routers behind an address, which learn of the removal one by one; the last of them never does.
 */
final class LameDuckSimulationTest {
    private static final double LEAST = 2;
    private static final double MOST = 15;
    private static final double[] RATES = {0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500};

    @Test
    void falseLeaving_isRarerThanPromised() {
        simulate(20_000);
    }

    @Test
    @Tag("full")
    void falseLeaving_isRarerThanPromised_longRun() {
        simulate(1_000_000);
    }

    /** A simulation that could find nothing would prove nothing: a third of the silence is far too little. */
    @Test
    void shorterSilence_isFoundOut() {
        assertThat(wrong(20_000, 1 / 3.0)).isGreaterThan((int) (10 * Quiet.P * 20_000));
    }

    private static void simulate(int shutdowns) {
        int wrong = wrong(shutdowns, 1);
        System.out.printf("lame duck: %d of %,d left while a router still sent%n", wrong, shutdowns);
        // what is promised, and three deviations of chance
        double promised = Quiet.P * shutdowns;
        assertThat((double) wrong).isLessThanOrEqualTo(promised + 3 * Math.sqrt(promised));
    }

    private static int wrong(int shutdowns, double share) {
        var random = new Random(7);
        int wrong = 0;
        for (int i = 0; i < shutdowns; i++) {
            double rate = RATES[i % RATES.length];
            int routers = 1 + random.nextInt(16);
            wrong += leavesThoughOneStillSends(rate, routers, share, random) ? 1 : 0;
        }
        return wrong;
    }

    private static boolean leavesThoughOneStillSends(double rate, int routers, double share, Random random) {
        var quiet = new Quiet(Duration.ofMillis(1), Duration.ofSeconds((long) (MOST - LEAST)), 16);
        double needed = share * quiet.of(1, rate, Duration.ZERO).toNanos() / 1e9;
        if (needed >= MOST) {
            return false; // waits for the whole time
        }
        double last = 0;
        double rest = rate / routers; // the one that does not learn of it
        for (double next = last; next < MOST; ) {
            next = last - Math.log(1 - random.nextDouble()) / rest;
            double leaves = Math.max(LEAST, last + needed);
            if (leaves < Math.min(next, MOST)) {
                return true;
            }
            last = next;
        }
        return false;
    }
}
