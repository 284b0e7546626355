package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.internal.Scheduler;
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
    private final Scheduler scheduler = Scheduler.onThread("test-scheduler");
    private final CheckThreads threads = CheckThreads.virtualIfUseful("test-check", scheduler);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void close() {
        release.countDown();
        threads.close();
        scheduler.close();
    }

    @Test
    void quickTasks_shareFewThreads() {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        var done = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            threads.execute(() -> {
                seen.add(Thread.currentThread());
                done.incrementAndGet();
            });
        }

        Awaitility.await().until(() -> done.get() == 1_000);
        assertThat(seen).hasSizeLessThan(20);
    }

    @Test
    void hangingTasks_holdNobodyUp() {
        for (int i = 0; i < 300; i++) {
            threads.execute(this::hang);
        }
        var done = new CountDownLatch(1);
        long start = System.nanoTime();

        threads.execute(done::countDown);

        Awaitility.await().until(() -> done.getCount() == 0);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void close_runsWhatWaits_behindWhatHangs() throws Exception {
        var done = new CountDownLatch(3);
        threads.execute(this::hang);
        for (int i = 0; i < 3; i++) {
            threads.execute(done::countDown);
        }
        scheduler.close(); // nobody looks any more

        threads.close();

        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
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

    @Test
    void taskThatThrows_endsNoWorker() {
        threads.execute(() -> {
            throw new OutOfMemoryError("not really");
        });
        var done = new AtomicInteger();
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            int before = done.get();
            long start = System.nanoTime();
            threads.execute(done::incrementAndGet);
            Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> done.get() == before + 1);
            shortest = Math.min(shortest, System.nanoTime() - start);
        }

        assertThat(Duration.ofNanos(shortest)).isLessThan(Duration.ofMillis(30));
    }

    @Test
    void interruptThatStays_endsNoWorker() {
        var done = new AtomicInteger();
        threads.execute(() -> Thread.currentThread().interrupt());
        for (int i = 0; i < 10; i++) {
            int before = done.get();
            threads.execute(done::incrementAndGet);
            Awaitility.await().until(() -> done.get() == before + 1);
        }
    }

    private void hang() {
        while (release.getCount() > 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                // that is the point
            }
        }
    }
}
