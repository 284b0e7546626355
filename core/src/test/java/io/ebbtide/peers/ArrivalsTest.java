package io.ebbtide.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {
    private final Arrivals arrivals = new Arrivals();

    @Test
    void count_andLast_areThoseOfTheWindow() {
        add(5, 1_000);
        add(1, 61_000);

        assertThat(arrivals.count(nanos(62_000))).isEqualTo(6);
        assertThat(arrivals.lastNanos(nanos(62_000))).isEqualTo(nanos(61_100));
        assertThat(arrivals.count(nanos(1_000 + 131_000))).isEqualTo(1);
        assertThat(arrivals.count(nanos(500_000))).isZero();
        assertThat(arrivals.lastNanos(nanos(500_000))).isNegative();
    }

    @Test
    void longestGap_isBetweenTwoThatCame() {
        add(1, 10_000);
        add(1, 10_200);
        add(1, 13_000);
        add(1, 13_050);

        assertThat(arrivals.longestGap(nanos(60_000))).isBetween(Duration.ofMillis(2_800), Duration.ofMillis(3_000));
    }

    @Test
    void bucketWhoseTimeComesAgain_forgetsWhatItHad() {
        add(100, 0);
        add(1, 130_000); // in the same place

        assertThat(arrivals.count(nanos(130_000))).isEqualTo(1);
    }

    @Test
    void perSecond_countsFromTheBeginning_untilTheWindowIsFull() {
        add(70, 6_000);

        assertThat(arrivals.perSecond(nanos(7_000))).isEqualTo(10);
    }

    @Test
    void perSecond_ofEvenTraffic_isThatOfTheWindow() {
        every(100, 0, 300_000);

        assertThat(arrivals.perSecond(nanos(300_000))).isCloseTo(10, withPercentage(1));
    }

    @Test
    void perSecond_ofTrafficThatFell_isWhatItHasFallenTo() {
        every(10, 0, 80_000);
        every(1_000, 80_000, 105_000);

        assertThat(arrivals.perSecond(nanos(105_000))).isCloseTo(1, withPercentage(10));
    }

    @Test
    void perSecond_ofTrafficThatGrew_isThatOfTheWindow() {
        every(1_000, 0, 50_000);
        every(10, 50_000, 100_000);

        assertThat(arrivals.perSecond(nanos(100_000))).isCloseTo(50.5, withPercentage(1));
    }

    @Test
    void perSecond_ofOneThatHasStopped_isWhatItWas() {
        every(100, 0, 50_000);

        assertThat(arrivals.perSecond(nanos(100_000))).isCloseTo(5, withPercentage(1));
    }

    @Test
    void manyThreads_areAllCounted() {
        var threads = new CompletableFuture<?>[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = CompletableFuture.runAsync(() -> {
                for (int n = 0; n < 50_000; n++) {
                    arrivals.add(nanos(n));
                }
            });
        }
        CompletableFuture.allOf(threads).join();

        assertThat(arrivals.count(nanos(50_000))).isEqualTo(200_000);
        assertThat(arrivals.longestGap(nanos(50_000))).isEqualTo(Duration.ofMillis(200));
    }

    private void every(long periodMillis, long fromMillis, long untilMillis) {
        for (long millis = fromMillis; millis < untilMillis; millis += periodMillis) {
            add(1, millis);
        }
    }

    private void add(int count, long millis) {
        for (int i = 0; i < count; i++) {
            arrivals.add(nanos(millis));
        }
    }

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }
}
