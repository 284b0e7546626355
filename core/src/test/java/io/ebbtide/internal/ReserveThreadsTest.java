package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPLogger;

/** The behaviour at the thread limit: of a system that starts a number of threads, and no more until the limit is raised. */
final class ReserveThreadsTest {
    private final AtomicInteger room = new AtomicInteger();
    private final ReserveThreads reserve = new ReserveThreads(thread -> {
        if (room.getAndUpdate(remaining -> Math.max(0, remaining - 1)) == 0) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        thread.start();
    });

    @AfterEach
    void endThreads() {
        reserve.release();
    }

    @Test
    void start_belowTheLimit_leavesTheReserveAlone() throws Exception {
        room.set(3);
        assertThat(reserve.fill(2)).isEqualTo(2);
        var names = new LinkedBlockingQueue<String>();

        assertThat(reserve.start("one", () -> names.add(nameOfThread()))).isTrue();

        assertThat(take(names)).isEqualTo("one");
        assertThat(reserve.fill(0)).isEqualTo(2);
    }

    @Test
    void start_atTheLimit_runsOneCallAfterTheOtherOnAThreadOfTheReserve() throws Exception {
        room.set(1);
        assertThat(reserve.fill(3)).isEqualTo(1);
        var names = new LinkedBlockingQueue<String>();

        for (int i = 0; i < 100; i++) {
            String name = "call " + i;
            assertThat(reserve.start(name, () -> {
                        names.add(nameOfThread());
                        throw new IllegalStateException("whatever a task throws, its thread is there for the next one");
                    }))
                    .isTrue();
            assertThat(take(names)).isEqualTo(name);
            awaitIdle(1);
        }
    }

    @Test
    void start_whileAllOfTheReserveAreBusy_isRefused() throws Exception {
        room.set(1);
        reserve.fill(1);
        var go = new CountDownLatch(1);
        reserve.start("hangs", () -> await(go));

        assertThat(reserve.start("no more", () -> {})).isFalse();

        go.countDown();
        awaitIdle(1);
        assertThat(reserve.start("again", () -> {})).isTrue();
    }

    @Test
    void interrupt_ofOneTask_isNotForTheNext() throws Exception {
        room.set(1);
        reserve.fill(1);
        reserve.start("interrupted", () -> Thread.currentThread().interrupt());
        awaitIdle(1);
        var interrupted = new LinkedBlockingQueue<Boolean>();

        reserve.start("next", () -> interrupted.add(Thread.currentThread().isInterrupted()));

        assertThat(take(interrupted)).isFalse();
    }

    @Test
    void release_endsThoseThatWait() {
        room.set(2);
        reserve.fill(2);

        reserve.release();

        assertThat(reserve.fill(2)).isZero();
        assertThat(reserve.start("too late", () -> {})).isFalse();
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("ebbtide-reserve"))
                .forEach(ReserveThreadsTest::join);
    }

    @Test
    void boundedCall_atTheLimit_isBounded() throws Exception {
        room.set(1);
        reserve.fill(1);
        var interrupted = new CountDownLatch(1);

        BoundedCall call = BoundedCall.begin(
                "hangs",
                () -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                },
                Ticker.system(),
                reserve);
        awaitWaiting("hangs");

        assertThat(call.await(Duration.ofMillis(10))).isFalse();
        assertThat(call.stack().text()).contains("CountDownLatch.await");
        assertThat(interrupted.await(TestTimeouts.HANG.toMillis(), TimeUnit.MILLISECONDS))
                .isTrue();
    }

    @Test
    void boundedCall_withoutAnyThread_runsOnTheCaller() {
        var names = new LinkedBlockingQueue<String>();

        BoundedCall call = BoundedCall.begin("call", () -> names.add(nameOfThread()), Ticker.system(), reserve);

        assertThat(call.await(Duration.ZERO)).isTrue();
        assertThat(names).containsExactly(nameOfThread());
    }

    @Test
    void serialExecutor_atTheLimit_runsTasksInOrderOnTheReserve() throws Exception {
        room.set(1);
        reserve.fill(1);
        var executor = new SerialExecutor("serial", 100, Duration.ofMillis(1), Ticker.system(), reserve);
        var ran = new LinkedBlockingQueue<Integer>();

        for (int i = 0; i < 50; i++) {
            int number = i;
            executor.execute(() -> ran.add(number));
        }

        for (int i = 0; i < 50; i++) {
            assertThat(take(ran)).isEqualTo(i);
        }
        awaitIdle(1);
    }

    @Test
    void serialExecutor_withoutAnyThread_keepsTasksUntilThereIsOne() throws Exception {
        var executor = new SerialExecutor("serial", 3, Duration.ofSeconds(1), Ticker.system(), reserve);
        var ran = new LinkedBlockingQueue<Integer>();
        executor.execute(() -> ran.add(1));
        executor.execute(() -> ran.add(2));
        assertThat(executor.hasThread()).isFalse();

        room.set(1);
        executor.execute(() -> ran.add(3));

        assertThat(List.of(take(ran), take(ran), take(ran))).containsExactly(1, 2, 3);
    }

    @Test
    void serialExecutor_isFullOrClosed_refuses() {
        var executor = new SerialExecutor("serial", 1, Duration.ofSeconds(1), Ticker.system(), reserve);
        executor.execute(() -> {});

        assertThatThrownBy(() -> executor.execute(() -> {}))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("1 tasks wait for serial");
        executor.closeNow();
        assertThatThrownBy(() -> executor.execute(() -> {})).hasMessage("serial is closed");
        assertThat(executor.hasThread()).isTrue();
    }

    @Test
    void serialExecutor_taskThatThrows_keepsNoOtherFromRunning() throws Exception {
        room.set(1);
        var executor = new SerialExecutor("serial", 9, TestTimeouts.HANG, Ticker.system(), reserve);
        var ran = new LinkedBlockingQueue<Integer>();
        executor.execute(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> ran.add(1));
            throw new IllegalStateException();
        });
        executor.execute(() -> ran.add(2));

        assertThat(List.of(take(ran), take(ran))).containsExactly(1, 2);
        executor.close();
    }

    /** Lines are not lost, and flush does not report unwritten lines as written. */
    @Test
    void log_withoutAnyThread_keepsLinesAndSaysSo() {
        var log = new BackgroundLog(
                new SerialExecutor("log", 10, Duration.ofSeconds(1), Ticker.system(), reserve), Ticker.system());
        var written = new ConcurrentLinkedQueue<Integer>();
        log.write(NOPLogger.NOP_LOGGER, to -> written.add(1));
        assertThat(log.flush(Duration.ofMillis(1))).isFalse();
        assertThat(written).isEmpty();

        room.set(1);

        assertThat(log.flush(TestTimeouts.HANG)).isTrue();
        assertThat(written).containsExactly(1);
    }

    private void awaitIdle(int count) {
        long end = System.nanoTime() + TestTimeouts.HANG.toNanos();
        while (reserve.fill(0) < count && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(reserve.fill(0)).isEqualTo(count);
    }

    private static void awaitWaiting(String name) {
        long end = System.nanoTime() + TestTimeouts.HANG.toNanos();
        while (System.nanoTime() < end
                && Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(
                                thread -> thread.getName().equals(name) && thread.getState() == Thread.State.WAITING)) {
            Thread.onSpinWait();
        }
    }

    private static String nameOfThread() {
        return Thread.currentThread().getName();
    }

    private static <T> T take(LinkedBlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(TestTimeouts.HANG.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(taken).isNotNull();
        return taken;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(TestTimeouts.HANG.toMillis());
            assertThat(thread.isAlive()).isFalse();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
