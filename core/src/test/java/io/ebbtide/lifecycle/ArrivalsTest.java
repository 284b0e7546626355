package io.ebbtide.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

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
    void covered_isTheAgeUntilTheWindowIsFull() {
        assertThat(Arrivals.covered(nanos(7_000))).isEqualTo(Duration.ofSeconds(7));
        assertThat(Arrivals.covered(nanos(1_000_003_000L))).isBetween(Duration.ofSeconds(120), Duration.ofSeconds(130));
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

    private void add(int count, long millis) {
        for (int i = 0; i < count; i++) {
            arrivals.add(nanos(millis));
        }
    }

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }
}
