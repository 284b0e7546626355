package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

final class BackgroundLogTest {
    @Test
    void write_toStuckLogger_neitherBlocksNorGrowsForEver() throws Exception {
        var release = new CountDownLatch(1);
        var written = new AtomicInteger();
        try (var log = new BackgroundLog("test-log")) {
            log.write(NOPLogger.NOP_LOGGER, to -> await(release));
            for (int i = 0; i < 5_000; i++) {
                log.write(NOPLogger.NOP_LOGGER, to -> written.incrementAndGet());
            }
            assertThat(log.flush(Duration.ofMillis(50))).isFalse();

            release.countDown();
            assertThat(log.flush(TestTimeouts.HANG)).isTrue();

            assertThat(written).hasValueBetween(900, 1_000);
        }
    }

    @Test
    void flush_afterWrites_returnsOnceAllAreWritten() {
        var written = new AtomicInteger();
        try (var log = new BackgroundLog("test-log")) {
            for (int i = 0; i < 100; i++) {
                log.write(LoggerFactory.getLogger("test"), to -> written.incrementAndGet());
            }

            assertThat(log.flush(TestTimeouts.HANG)).isTrue();

            assertThat(written).hasValue(100);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
