package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class ThreadsTest {
    @Test
    void frames_ofSeveral_haveThoseThatLive() throws Exception {
        var release = new CountDownLatch(1);
        Thread waiting = Threads.daemon("waiting", () -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        waiting.start();
        var ended = new Thread(() -> {});
        ended.start();
        ended.join();
        Awaitility.await().until(() -> waiting.getState() == Thread.State.WAITING);

        Map<Thread, List<String>> frames = Threads.frames(List.of(waiting, Thread.currentThread(), ended), 16);
        Map<Thread, List<String>> one = Threads.frames(List.of(waiting), 2);
        release.countDown();

        assertThat(frames).containsOnlyKeys(waiting, Thread.currentThread());
        assertThat(frames.get(waiting))
                .hasSizeLessThanOrEqualTo(16)
                .anyMatch(frame -> frame.contains("CountDownLatch.await"));
        assertThat(one).containsOnlyKeys(waiting);
        assertThat(one.get(waiting)).hasSize(2);
        assertThat(Threads.frames(List.of(), 16)).isEmpty();
    }

    @Test
    void running_areThoseThatTheJvmLists_fromEveryGroup() throws Exception {
        var release = new CountDownLatch(1);
        var group = new ThreadGroup("a group of its own");
        List<Thread> started = IntStream.range(0, 100)
                .mapToObj(i -> new Thread(group, () -> await(release), "running-" + i))
                .toList();
        started.forEach(Thread::start);

        List<Thread> running = Threads.running();
        release.countDown();
        for (Thread each : started) {
            each.join();
        }

        assertThat(running)
                .containsAll(started)
                .contains(Thread.currentThread())
                .extracting(Thread::getName)
                .contains("Signal Dispatcher");
        assertThat(Threads.running()).doesNotContainAnyElementsOf(started);
    }

    @Test
    void inExit_isNoThreadOfAProcessThatRuns_alsoOneThatStartsLater() throws Exception {
        Predicate<Thread> inExit = Threads.inExit();
        var release = new CountDownLatch(1);
        Thread later = Threads.daemon("later", () -> await(release));
        later.start();

        assertThat(inExit).rejects(Thread.currentThread(), later);
        release.countDown();
        later.join();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
