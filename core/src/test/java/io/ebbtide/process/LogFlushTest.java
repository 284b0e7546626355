package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class LogFlushTest {
    private static final Duration POLL_PERIOD = Duration.ofMillis(2);

    private final FakeTicker ticker = new FakeTicker();
    private final CountDownLatch release = new CountDownLatch(1);
    private final Queue<String> written = new ConcurrentLinkedQueue<>();
    private final AsyncAppender asynchronous = new AsyncAppender();
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger logger = context.getLogger(LogFlushTest.class);

    @BeforeEach
    void logSlowly() {
        var slow = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                try { // with a bound, as a thread that waits without one counts as idle
                    release.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                written.add(event.getMessage());
            }
        };
        slow.setContext(context);
        slow.start();
        asynchronous.setContext(context);
        asynchronous.setName("flushed");
        asynchronous.addAppender(slow);
        asynchronous.start();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(asynchronous);
    }

    @AfterEach
    void stop() {
        release.countDown();
        logger.detachAppender(asynchronous);
        asynchronous.stop();
    }

    @Test
    void flush_returnsOnceTheLinesAreWritten_notBefore() {
        logger.info("one");
        logger.info("two");
        logger.info("three");

        var flushed = CompletableFuture.runAsync(() -> LogFlush.flush(Duration.ofDays(1), ticker));
        for (int poll = 0; poll < 10; poll++) {
            awaitPoll();
            ticker.advance(POLL_PERIOD);
        }
        awaitPoll();
        assertThat(flushed).isNotDone();
        assertThat(written).isEmpty();

        release.countDown();
        advanceUntilDone(flushed);

        assertThat(written).containsExactly("one", "two", "three");
    }

    @Test
    void flush_ofAnAppenderThatIsStuck_endsAfterTheGivenTime() {
        logger.info("one");
        logger.info("two");

        var flushed = CompletableFuture.runAsync(() -> LogFlush.flush(Duration.ofSeconds(10), ticker));
        awaitPoll();
        ticker.advance(Duration.ofSeconds(9));
        assertThat(flushed).isNotDone();
        ticker.advance(Duration.ofSeconds(1));
        advanceUntilDone(flushed);

        assertThat(written).isEmpty();
    }

    /** The thread may be about to wait once more when time is advanced. */
    private void advanceUntilDone(CompletableFuture<Void> flushed) {
        Awaitility.await().until(() -> {
            ticker.advance(POLL_PERIOD);
            return flushed.isDone();
        });
    }

    private void awaitPoll() {
        Awaitility.await().until(() -> ticker.waiting() == 1);
    }
}
