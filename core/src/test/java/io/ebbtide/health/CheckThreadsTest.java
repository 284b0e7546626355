package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.ManualScheduler;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CheckThreadsTest {
    private static final Duration MOMENT = Duration.ofMillis(2);
    private static final int HANGING = 300;

    /** Nothing is due before a test advances time: no worker is added until then. */
    private final ManualScheduler scheduler = new ManualScheduler(new FakeTicker());

    private final CheckThreads threads = CheckThreads.virtualIfUseful("test-check", scheduler);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void close() {
        release.countDown();
        threads.close();
        scheduler.close();
    }

    @Test
    void quickTasks_shareOneThread() {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        var done = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            threads.execute(() -> {
                seen.add(Thread.currentThread());
                done.incrementAndGet();
            });
        }

        Awaitility.await().until(() -> done.get() == 1_000);
        assertThat(seen).hasSize(1);
    }

    @Test
    void hangingTasks_delayNoOther() {
        var hanging = new AtomicInteger();
        for (int i = 0; i < HANGING; i++) {
            threads.execute(() -> {
                hanging.incrementAndGet();
                hang();
            });
        }
        var done = new CountDownLatch(1);
        threads.execute(done::countDown);

        int moments = 0;
        int workers = 1;
        for (int more = 1; workers <= HANGING; more = 2 * more) {
            int all = workers;
            Awaitility.await().until(() -> hanging.get() == all);
            scheduler.advance(MOMENT);
            moments++;
            workers += more;
        }
        Awaitility.await().until(() -> done.getCount() == 0);

        assertThat(moments)
                .as("moments of 2 ms, each with twice the new workers")
                .isEqualTo(9);
    }

    @Test
    void close_runsWhatWaits_behindWhatHangs() throws Exception {
        var done = new CountDownLatch(3);
        threads.execute(this::hang);
        for (int i = 0; i < 3; i++) {
            threads.execute(done::countDown);
        }

        threads.close();

        assertThat(done.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> threads.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void close_endsIdleThreads() {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        threads.execute(() -> seen.add(Thread.currentThread()));
        Awaitility.await().until(() -> !seen.isEmpty());

        threads.close();

        Awaitility.await().until(() -> seen.stream().noneMatch(Thread::isAlive));
    }

    /** Without its worker, the next task would wait until time is advanced. */
    @Test
    void taskThatThrows_endsNoWorker() {
        threads.execute(() -> {
            throw new OutOfMemoryError("not really");
        });

        runTenMore();
    }

    @Test
    void interruptThatStays_endsNoWorker() {
        threads.execute(() -> Thread.currentThread().interrupt());

        runTenMore();
    }

    private void runTenMore() {
        var done = new AtomicInteger();
        for (int i = 1; i <= 10; i++) {
            int due = i;
            threads.execute(done::incrementAndGet);
            Awaitility.await().until(() -> done.get() == due);
        }
    }

    private void hang() {
        while (release.getCount() > 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                // interrupts are ignored on purpose
            }
        }
    }
}
