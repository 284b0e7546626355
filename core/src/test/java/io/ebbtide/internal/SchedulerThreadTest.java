package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SchedulerThreadTest {
    private static final Duration LONG = Duration.ofDays(365);

    private final Scheduler scheduler = Scheduler.onThread("scheduler-test", Ticker.system());
    private final List<String> ran = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        scheduler.close();
    }

    @Test
    void tasks_areRunInTheOrderInWhichTheyAreDue() throws Exception {
        var ticker = new FakeTicker();
        var done = new CountDownLatch(1);
        try (Scheduler virtual = new SchedulerThread("virtual-scheduler-test", ticker)) {
            virtual.after(Duration.ofHours(2), () -> ran.add("late"));
            virtual.after(Duration.ofHours(1), () -> ran.add("early"));
            ticker.advance(Duration.ofHours(3));
            virtual.after(Duration.ZERO, () -> {
                ran.add("now");
                done.countDown();
            });

            assertThat(done.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        assertThat(ran).containsExactly("early", "late", "now");
    }

    @Test
    void taskThatThrowsAnything_endsNoOther() {
        var rounds = new AtomicInteger();
        scheduler.every(Duration.ofMillis(1), () -> {
            rounds.incrementAndGet();
            throw new OutOfMemoryError("not really");
        });
        scheduler.after(Duration.ZERO, () -> {
            throw new StackOverflowError("not really");
        });

        Awaitility.await().until(() -> rounds.get() > 10);
    }

    @Test
    void taskThatWasCancelled_isNotRun_andDoesNotStay() {
        var ticker = new FakeTicker();
        try (Scheduler virtual = new SchedulerThread("virtual-scheduler-test", ticker)) {
            for (int i = 0; i < 10_000; i++) { // if cancelled tasks were kept, each would retain its check for a year
                virtual.after(LONG, () -> ran.add("cancelled")).cancel();
            }
            virtual.after(Duration.ofHours(1), () -> ran.add("cancelled")).cancel();
            virtual.after(Duration.ofHours(2), () -> ran.add("kept"));
            ticker.advance(Duration.ofHours(3));
            virtual.after(Duration.ZERO, () -> ran.add("now")); // makes the thread read the ticker

            Awaitility.await().until(() -> ran.contains("now"));
            assertThat(ran).containsExactly("kept", "now");
            assertThat(virtual)
                    .extracting("queue")
                    .asInstanceOf(InstanceOfAssertFactories.COLLECTION)
                    .hasSizeLessThan(200);
        }
    }

    @Test
    void close_dropsWhatWaits_andEndsTheThread() {
        scheduler.after(LONG, () -> ran.add("never"));
        scheduler.close();
        scheduler.after(Duration.ZERO, () -> ran.add("too late"));

        Awaitility.await()
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("scheduler-test")));
        assertThat(ran).isEmpty();
    }
}
