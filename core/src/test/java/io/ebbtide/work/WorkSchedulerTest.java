package io.ebbtide.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class WorkSchedulerTest {
    /** Longer than a test waits, so a wait for work that never comes is detected. */
    private static final Duration DRAIN = TestTimeouts.HANG.multipliedBy(2);

    @Test
    void repeatedTask_beginsNoRoundOnceTheServiceShutsDown_andFinishesTheOneThatRuns() throws Exception {
        WorkScheduler scheduler = scheduler(QueueRule.keep());
        Ebbtide service = service(scheduler);
        var rounds = new AtomicInteger();
        var finished = new AtomicInteger();
        var second = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        ScheduledFuture<?> ticks = scheduler.scheduleAtFixedRate(
                () -> {
                    if (rounds.incrementAndGet() == 2) {
                        second.countDown();
                        await(release);
                    }
                    finished.incrementAndGet();
                },
                0,
                1,
                TimeUnit.MILLISECONDS);
        second.await();

        service.shutdown("test");
        Awaitility.await().until(ticks::isCancelled);
        release.countDown();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(rounds).hasValue(2);
        assertThat(finished).hasValue(2);
        assertThat(report.isClean()).isTrue();
        assertThat(report.inFlightAtSignal()).isEqualTo(1);
        assertThat(report.inFlightFinished()).isEqualTo(1);
        assertThatThrownBy(() -> scheduler.scheduleWithFixedDelay(() -> {}, 0, 1, TimeUnit.SECONDS))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void delayedTasks_thatAreKept_runIfTheirTimeComesBeforeTheEnd() throws Exception {
        WorkScheduler scheduler = scheduler(QueueRule.keep());
        Ebbtide service = service(scheduler);
        ScheduledFuture<String> soon = scheduler.schedule(() -> "soon", 500, TimeUnit.MILLISECONDS);
        ScheduledFuture<String> never = scheduler.schedule(() -> "never", 1, TimeUnit.HOURS);
        assertThat(service.inFlight().count()).isZero();

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(soon.get()).isEqualTo("soon");
        assertThatThrownBy(never::get).isInstanceOf(CancellationException.class);
        assertThat(report.isClean()).isTrue();
        assertThat(report.components().get(0).detail()).isEqualTo("1 waiting task(s) dropped");
        assertThat(report.inFlightFinished()).isEqualTo(1);
    }

    @Test
    void delayedTasks_thatAreDropped_areNotWaitedFor() throws Exception {
        WorkScheduler scheduler = scheduler(QueueRule.drop());
        Ebbtide service = service(scheduler);
        ScheduledFuture<?> delayed = scheduler.schedule(() -> {}, 1, TimeUnit.MINUTES);

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(delayed.isCancelled()).isTrue();
        assertThat(report.isClean()).isTrue();
    }

    @Test
    void delayedTasks_thatAreDropped_doNotHoldUpTheStop() throws Exception {
        WorkScheduler scheduler = scheduler(QueueRule.drop());
        Ebbtide service = Ebbtide.builder("orders")
                .work(scheduler)
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(20))
                        .withStop(TestTimeouts.HANG.multipliedBy(10)))
                .build()
                .start();
        scheduler.schedule(() -> {}, 1, TimeUnit.HOURS);

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.isClean()).isTrue();
        assertThat(scheduler.isTerminated()).isTrue();
    }

    @Test
    void delayedTask_thatItsOwnerCancels_isGone() throws Exception {
        WorkScheduler scheduler = scheduler(QueueRule.handBack(task -> {
            throw new AssertionError("handed back though it was cancelled");
        }));
        Ebbtide service = service(scheduler);
        ScheduledFuture<?> delayed = scheduler.schedule(() -> {}, 1, TimeUnit.HOURS);
        assertThat(delayed.getDelay(TimeUnit.MINUTES)).isEqualTo(59);

        assertThat(delayed.cancel(false)).isTrue();
        service.shutdown("test");

        assertThat(service.awaitStopped(TestTimeouts.HANG).isClean()).isTrue();
    }

    @Test
    void submit_runsAtOnce() throws Exception {
        WorkScheduler scheduler = scheduler(QueueRule.drop());
        try (Ebbtide service = service(scheduler)) {
            assertThat(scheduler.submit(() -> "now").get()).isEqualTo("now");
            assertThat(service.state()).isNotNull();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static WorkScheduler scheduler(QueueRule rule) {
        return WorkScheduler.of("ticks", Executors.newSingleThreadScheduledExecutor(), rule);
    }

    private static Ebbtide service(WorkScheduler scheduler) {
        return Ebbtide.builder("orders")
                .work(scheduler)
                .settings(Settings.derived()
                        .withGrace(DRAIN.multipliedBy(2))
                        .withLameDuck(Duration.ZERO)
                        .withDrain(DRAIN))
                .build()
                .start();
    }
}
