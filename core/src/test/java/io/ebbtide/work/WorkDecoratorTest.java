package io.ebbtide.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WorkDecoratorTest {
    private static final Settings ROOMY = Settings.derived()
            .withGrace(Duration.ofMinutes(10))
            .withLameDuck(Duration.ZERO)
            .withDrain(Duration.ofMinutes(8));

    private final ThreadPoolExecutor pool =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    private final WorkDecorator mails = WorkDecorator.ofPool("mails", pool);
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);

    @AfterEach
    void end() {
        release.countDown();
        pool.shutdownNow();
    }

    private static Ebbtide service(TrafficSource source) {
        return Ebbtide.builder("orders").serve(source).settings(ROOMY).build().start();
    }

    private void blocks() {
        begun.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void runningAndWaitingTasks_areWaitedFor_andThePoolIsItsOwners() throws Exception {
        Ebbtide service = service(WorkDecorator.asTraffic(mails));
        var waiting = new AtomicBoolean();
        pool.execute(mails.once(this::blocks, () -> "running mail"));
        pool.execute(mails.once(() -> waiting.set(true), () -> "waiting mail"));
        begun.await();
        assertThat(service.inFlight().list())
                .extracting(WorkInFlight::description)
                .containsExactlyInAnyOrder("mails: running mail", "mails: waiting mail");
        assertThat(mails.backlog().depth()).isEqualTo(1);

        service.shutdown("test");
        pool.execute(mails.once(() -> {}, () -> "late mail"));
        release.countDown();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.isClean()).isTrue();
        assertThat(report.inFlightFinished()).isEqualTo(3);
        assertThat(waiting).isTrue();
        assertThat(pool.isShutdown()).isFalse();
    }

    @Test
    void taskThatThePoolRefuses_noLongerCounts() throws Exception {
        var full = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>());
        try {
            WorkDecorator one = WorkDecorator.ofPool("one", full);
            Ebbtide service = service(WorkDecorator.asTraffic(one));
            full.execute(one.once(this::blocks, () -> "running"));
            begun.await();

            assertThatThrownBy(() -> full.execute(one.once(() -> {}, () -> "refused")))
                    .isInstanceOf(RejectedExecutionException.class);

            assertThat(service.inFlight().count(WorkKind.JOB)).isEqualTo(1);
            release.countDown();
            service.close();
        } finally {
            full.shutdownNow();
        }
    }

    @Test
    void taskThatNoThreadBegins_noLongerCounts_onceTheBacklogIsRead() {
        WorkDecorator threads = WorkDecorator.ofThreads("threads");
        try (Ebbtide service = service(WorkDecorator.asTraffic(threads))) {
            Runnable refused = threads.once(() -> {}, () -> "refused by a limit");
            assertThat(service.inFlight().count()).isEqualTo(1);

            Awaitility.await()
                    .atMost(TestTimeouts.HANG)
                    .until(() -> threads.backlog().depth() == 0);
            assertThat(service.inFlight().count()).isZero();
            refused.run(); // after all
            assertThat(service.inFlight().total(WorkKind.JOB)).isEqualTo(2);
        }
    }

    @Test
    void delayedTask_countsAtTheShutdown_unlessItIsDueTooLate() throws Exception {
        Ebbtide service = service(WorkDecorator.asTraffic(mails));
        FutureTask<String> soon = new FutureTask<>(() -> "ran");
        FutureTask<String> tooLate = new FutureTask<>(() -> "never");
        FutureTask<String> cancelled = new FutureTask<>(() -> "never");
        Runnable soonTask = mails.later(soon, soon, Duration.ofSeconds(2), () -> "soon");
        mails.later(tooLate, tooLate, Duration.ofHours(1), () -> "too late");
        mails.later(cancelled, cancelled, Duration.ofSeconds(3), () -> "cancelled");
        cancelled.cancel(false);
        assertThat(service.inFlight().count()).isZero();

        service.shutdown("test");
        Awaitility.await().atMost(TestTimeouts.HANG).until(tooLate::isCancelled);
        assertThat(service.inFlight().list())
                .extracting(WorkInFlight::description)
                .containsExactly("mails: soon");
        soonTask.run();

        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);
        assertThat(soon.get()).isEqualTo("ran");
        assertThat(report.components().get(0).detail()).isEqualTo("1 waiting task(s) dropped");
    }

    @Test
    void secondService_countsTheTasks_onceTheFirstIsStopped() {
        service(WorkDecorator.asTraffic(mails)).close();

        try (Ebbtide second = service(WorkDecorator.asTraffic(mails))) {
            Runnable task = mails.once(() -> {}, () -> "mail");
            assertThat(second.inFlight().count()).isEqualTo(1);
            task.run();
            assertThat(second.inFlight().count()).isZero();
            mails.later(() -> {}, null, Duration.ofDays(1), () -> "kept until a shutdown");
        }
    }

    @Test
    void taskForADrainedService_isRejected() {
        Ebbtide service = service(WorkDecorator.asTraffic(mails));
        service.close();

        assertThatThrownBy(() -> mails.once(() -> {}, () -> "mail"))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("'mails' accepts no further task: the service is drained (expected: tasks before that)");
    }
}
