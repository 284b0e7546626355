package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPLogger;

final class BackgroundLogTest {
    @Test
    void write_toStuckLogger_neitherBlocksNorGrowsForEver() throws Exception {
        var release = new CountDownLatch(1);
        var written = new AtomicInteger();
        try (var log = new BackgroundLog("test-log", Ticker.system())) {
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
        try (var log = new BackgroundLog("test-log", Ticker.system())) {
            for (int i = 0; i < 100; i++) {
                log.write(LoggerFactory.getLogger("test"), to -> written.incrementAndGet());
            }

            assertThat(log.flush(TestTimeouts.HANG)).isTrue();

            assertThat(written).hasValue(100);
        }
    }

    @Test
    void flush_afterLineThatCannotBeRendered_isFalse_andTheFailureIsLogged() {
        var lines = new Lines();
        try (var log = new BackgroundLog("test-log", Ticker.system())) {
            log.write(lines, to -> {
                throw new NoClassDefFoundError("com/fasterxml/jackson/core/JsonFactory");
            });
            log.write(lines, to -> to.info("the next line"));

            assertThat(log.flush(TestTimeouts.HANG)).isFalse();

            assertThat(lines.taken)
                    .satisfiesExactly(
                            lost -> assertThat(lost)
                                    .startsWith("a log line was lost, because it could not be rendered: ")
                                    .contains("NoClassDefFoundError", "JsonFactory"),
                            next -> assertThat(next).isEqualTo("the next line"));
        }
    }

    @Test
    void flush_afterLossThatWasReported_isTrueAgain() {
        try (var log = new BackgroundLog("test-log", Ticker.system())) {
            log.write(NOPLogger.NOP_LOGGER, to -> {
                throw new IllegalStateException("no text");
            });
            assertThat(log.flush(TestTimeouts.HANG)).isFalse();

            log.write(NOPLogger.NOP_LOGGER, to -> to.info("a line"));

            assertThat(log.flush(TestTimeouts.HANG)).isTrue();
        }
    }

    @Test
    void line_thatTheLoggerRefuses_isWrittenByAnotherOne() {
        var refusing = new Lines();
        refusing.failure = new IllegalStateException("the appender is broken");
        var taken = new CopyOnWriteArrayList<String>();
        try (var log = new BackgroundLog("test-log", Ticker.system())) {
            log.write(refusing, to -> {
                to.info("a line of BackgroundLogTest, on standard error");
                taken.add("by a logger that does not refuse it");
            });

            assertThat(log.flush(TestTimeouts.HANG)).isTrue();

            assertThat(taken).hasSize(1); // by SpareLogger, which writes to standard error
        }
    }

    /** A line is dropped if there is no room for it: flush() reports that once. */
    @Test
    void flush_afterDroppedLines_isFalseOnce() {
        var release = new CountDownLatch(1);
        try (var log = new BackgroundLog("test-log", Ticker.system())) {
            log.write(NOPLogger.NOP_LOGGER, to -> await(release));
            for (int i = 0; i < 2_000; i++) {
                log.write(NOPLogger.NOP_LOGGER, to -> to.info("a line"));
            }
            release.countDown();

            assertThat(log.flush(TestTimeouts.HANG)).isFalse();
            assertThat(log.flush(TestTimeouts.HANG)).isTrue();
        }
    }

    @Test
    void droppedLines_whoseWarningTheLoggerRefuses_areReportedWithALaterLine() throws Exception {
        var lines = new Lines();
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        try (var log = new BackgroundLog("test-log", Ticker.system())) {
            log.write(NOPLogger.NOP_LOGGER, to -> {
                entered.countDown();
                await(release);
            });
            entered.await();
            for (int i = 0; i < 2_000; i++) {
                log.write(lines, to -> {});
            }
            lines.failure = new IllegalStateException("refused");
            release.countDown();
            log.flush(TestTimeouts.HANG);
            assertThat(lines.taken).isEmpty();

            lines.failure = null;
            log.write(lines, to -> to.info("a later line"));
            log.flush(TestTimeouts.HANG);

            assertThat(lines.taken)
                    .satisfiesExactly(
                            dropped -> assertThat(dropped)
                                    .matches(
                                            "\\d+ log line\\(s\\) were dropped: the logger did not accept them in time"),
                            later -> assertThat(later).isEqualTo("a later line"));
        }
    }

    /** A logger that keeps its lines, or throws. */
    private static final class Lines extends AbstractLogger {
        private static final long serialVersionUID = 1;

        private final transient List<String> taken = new CopyOnWriteArrayList<>();
        private transient @Nullable RuntimeException failure;

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String message, Object[] arguments, Throwable throwable) {
            if (failure != null) {
                throw failure;
            }
            taken.add(MessageFormatter.basicArrayFormat(message, arguments));
        }

        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isTraceEnabled(Marker marker) {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled(Marker marker) {
            return false;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled(Marker marker) {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled(Marker marker) {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled(Marker marker) {
            return true;
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
