package io.ebbtide.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.VirtualTime;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkExecutorTest {
    /** A drain in which work finishes even on a busy machine. */
    private static final Settings ROOMY = Settings.derived()
            .withGrace(Duration.ofMinutes(10))
            .withLameDuck(Duration.ZERO)
            .withDrain(Duration.ofMinutes(8));

    /** For work that never ends: an executor waits for an eighth of the stop, in real time, before it interrupts. */
    private static final Settings SHORT = Settings.derived()
            .withGrace(Duration.ofSeconds(20))
            .withLameDuck(Duration.ZERO)
            .withDrain(Duration.ofSeconds(1))
            .withStop(Duration.ofSeconds(1));

    private final FakeTicker ticker = new FakeTicker();
    private final List<Object> handedBack = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);

    @AfterEach
    void releaseWhoStillWaits() {
        release.countDown();
    }

    @Test
    void runningAndWaitingTasks_areKept_andFinishBeforeTheEnd() throws Exception {
        WorkExecutor executor = executor(QueueRule.keep());
        Ebbtide service = service(executor);
        Future<String> running = executor.submit(() -> blocking("running"));
        Future<String> waiting = executor.submit(() -> "waiting");
        begun.await();
        assertThat(service.inFlight().list())
                .hasSize(2)
                .extracting(WorkInFlight::description)
                .allMatch(description -> description.startsWith("mails: " + WorkExecutorTest.class.getName()));

        service.shutdown("test");
        Future<String> late = executor.submit(() -> "submitted by work in flight");
        release.countDown();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(running.get()).isEqualTo("running");
        assertThat(waiting.get()).isEqualTo("waiting");
        assertThat(late.get()).isEqualTo("submitted by work in flight");
        assertThat(report.isClean()).isTrue();
        assertThat(report.inFlightFinished()).isEqualTo(3);
        assertThat(executor.isTerminated()).isTrue();
    }

    @Test
    void waitingTasks_thatAreDropped_areCancelledAndCounted() throws Exception {
        WorkExecutor executor = executor(QueueRule.drop());
        Ebbtide service = service(executor);
        Future<String> running = executor.submit(() -> blocking("running"));
        Future<String> waiting = executor.submit(() -> "never");
        begun.await();

        service.shutdown("test");
        assertThatThrownBy(waiting::get).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> executor.execute(() -> {}))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage(
                        "'mails' accepts no further task: the service is shutting down (expected: tasks before that, or"
                                + " QueueRule.handBack)");
        release.countDown();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(running.get()).isEqualTo("running");
        assertThat(report.isClean()).isTrue();
        assertThat(report.components().get(0).detail()).isEqualTo("2 waiting task(s) dropped");
    }

    @Test
    void waitingTasks_thatAreHandedBack_comeAsTheyWereSubmitted() throws Exception {
        WorkExecutor executor = executor(QueueRule.handBack(handedBack::add));
        Ebbtide service = service(executor);
        executor.execute(() -> blocking(""));
        begun.await();
        Runnable executed = () -> {};
        Runnable submitted = () -> {};
        executor.execute(executed);
        Future<?> future = executor.submit(submitted);

        service.shutdown("test");
        Awaitility.await().until(() -> handedBack.size() == 2);
        Runnable late = () -> {};
        executor.execute(late);
        release.countDown();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(handedBack).containsExactlyInAnyOrder(executed, submitted, late);
        assertThat(future.isCancelled()).isTrue();
        assertThat(report.components().get(0).detail()).isEqualTo("3 waiting task(s) handed back");
    }

    @Test
    void takerThatThrows_getsTheOthersAllTheSame_andIsReported() throws Exception {
        WorkExecutor executor = executor(QueueRule.handBack(task -> {
            handedBack.add(task);
            throw new IllegalStateException("no room");
        }));
        Ebbtide service = service(executor);
        executor.execute(() -> blocking(""));
        begun.await();
        executor.execute(() -> {});
        executor.execute(() -> {});

        service.shutdown("test");
        Awaitility.await().until(() -> handedBack.size() == 2);
        release.countDown();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.problems())
                .containsExactly("mails: closing its listeners failed: IllegalStateException: no room");
    }

    @Test
    void taskThatDoesNotEnd_isCut_interrupted_andHadSeenItsTimePass() throws Exception {
        WorkExecutor executor = executor(QueueRule.keep());
        Ebbtide service = service(executor, SHORT);
        assertThat(executor.remaining()).isEqualTo(InFlight.UNLIMITED);
        var interrupted = new CountDownLatch(1);
        executor.execute(() -> {
            begun.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        begun.await();

        service.shutdown("test");
        awaitDrain();
        ticker.advance(Duration.ofMillis(600));
        assertThat(executor.remaining()).isEqualTo(Duration.ofMillis(400));
        ticker.advance(Duration.ofMillis(400));
        assertThat(executor.remaining()).isZero();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(interrupted.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(report.inFlightCut()).isEqualTo(1);
        assertThat(report.cut().get(0).description()).startsWith("mails: ");
        assertThat(report.cut().get(0).stack()).anyMatch(frame -> frame.contains("CountDownLatch.await"));
    }

    @Test
    void taskThatStillWaitsWhenItIsCut_neverBegins() throws Exception {
        WorkExecutor executor = executor(QueueRule.keep());
        var stopping = new CountDownLatch(1);
        var hold = new CountDownLatch(1);
        Ebbtide service = builder()
                .component("db", () -> {
                    stopping.countDown();
                    hold.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);
                })
                .work(executor)
                .settings(SHORT)
                .build()
                .start();
        executor.execute(() -> blocking("running"));
        begun.await();
        var began = new AtomicBoolean();
        Future<?> waiting = executor.submit(() -> began.set(true));

        service.shutdown("test");
        awaitDrain();
        ticker.advance(Duration.ofSeconds(1));
        stopping.await();
        release.countDown(); // its thread is free now, while components stop
        assertThatThrownBy(() -> waiting.get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(CancellationException.class);
        hold.countDown();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(began).isFalse();
        assertThat(report.inFlightCut()).isEqualTo(2);
        assertThat(report.inFlightFinished()).isZero();
    }

    @Test
    void taskThatNeverBegins_keepsNoCallerWaitingForItsResult() throws Exception {
        WorkExecutor executor = executor(QueueRule.keep());
        Ebbtide service = service(executor, SHORT);
        executor.execute(() -> blocking("running"));
        begun.await();
        Future<?> waiting = executor.submit(() -> "never");

        service.shutdown("test");
        awaitDrain();
        ticker.advance(Duration.ofSeconds(1));
        service.awaitStopped(TestTimeouts.HANG);

        assertThat(waiting.isCancelled()).isTrue();
    }

    /** A task that is submitted while the service begins to shut down is found by both searches. */
    @Test
    void taskThatIsHandedBack_isHandedBackOnce() throws Exception {
        for (int round = 0; round < 50; round++) {
            handedBack.clear();
            var queue = new TaskQueue("mails", QueueRule.handBack(handedBack::add), idle(), ticker);
            var submitter = new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    Runnable task = new Thread(); // a different one each time
                    queue.add(Submission.of(task, task), Duration.ZERO);
                }
            });
            submitter.start();
            queue.beginShutdown();
            submitter.join();
            queue.beginShutdown();

            assertThat(handedBack).doesNotHaveDuplicates().hasSize(200);
        }
    }

    @Test
    void taskForWhichThereIsNoThread_leavesNothingInFlight() {
        ExecutorService without = Executors.newSingleThreadExecutor(body -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        WorkExecutor executor = new WorkExecutor("mails", without, QueueRule.keep(), ticker);
        try (Ebbtide service = service(executor)) {
            assertThatThrownBy(() -> executor.execute(() -> {})).isInstanceOf(OutOfMemoryError.class);

            assertThat(service.inFlight().count()).isZero();
        }
    }

    @Test
    void tasks_beforeTheStart_runAndAreCountedOnceTheServiceStarts() throws Exception {
        WorkExecutor executor = executor(QueueRule.keep());
        Future<String> early = executor.submit(() -> blocking("early"));
        Future<String> waiting = executor.submit(() -> "waiting");
        begun.await();

        Ebbtide service = service(executor);
        assertThat(service.inFlight().count()).isEqualTo(2);
        service.shutdown("test");
        release.countDown();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(early.get() + waiting.get()).isEqualTo("earlywaiting");
        assertThat(report.inFlightAtSignal()).isEqualTo(2);
        assertThat(report.inFlightFinished()).isEqualTo(2);
    }

    @Test
    void taskThatTheExecutorRejects_leavesNothingInFlight() {
        ExecutorService full = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>());
        WorkExecutor executor = new WorkExecutor("mails", full, QueueRule.keep(), ticker);
        try (Ebbtide service = service(executor)) {
            executor.execute(() -> blocking(""));
            assertThatThrownBy(() -> executor.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);

            assertThat(service.inFlight().count()).isEqualTo(1);
            release.countDown();
        }
    }

    @Test
    void taskThatThrows_leavesNothingInFlight() throws Exception {
        WorkExecutor executor = executor(QueueRule.keep());
        try (Ebbtide service = service(executor)) {
            Future<?> failed = executor.submit(() -> {
                throw new StackOverflowError("on purpose");
            });

            assertThatThrownBy(failed::get).hasCauseInstanceOf(StackOverflowError.class);
            Awaitility.await().until(() -> service.inFlight().count() == 0);
        }
    }

    @Test
    void shutdownNow_returnsWhatHasNotBegun_andLeavesNothingInFlight() throws Exception {
        WorkExecutor executor = executor(QueueRule.keep());
        try (Ebbtide service = service(executor)) {
            executor.execute(() -> blocking(""));
            begun.await();
            Runnable waiting = () -> {};
            executor.execute(waiting);

            assertThat(executor.shutdownNow()).containsExactly(waiting);
            Awaitility.await().until(() -> service.inFlight().count() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void taskThatThePoolDiscards_isNotInFlight_andItsCallerIsNotified(boolean oldest) throws Exception {
        var policy = oldest ? new ThreadPoolExecutor.DiscardOldestPolicy() : new ThreadPoolExecutor.DiscardPolicy();
        var pool = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), policy);
        WorkExecutor executor = new WorkExecutor("mails", pool, QueueRule.keep(), ticker);
        Ebbtide service = service(executor);
        executor.execute(() -> blocking("running"));
        begun.await();
        Future<String> first = executor.submit(() -> "first");
        Future<String> second = executor.submit(() -> "second");

        Future<String> discarded = oldest ? first : second;
        assertThat(discarded.isCancelled()).isTrue();
        assertThat(service.inFlight().count()).isEqualTo(2);
        release.countDown();
        assertThat((oldest ? second : first).get()).isEqualTo(oldest ? "second" : "first");
        service.shutdown("test");
        assertThat(service.awaitStopped(TestTimeouts.HANG).isClean()).isTrue();
    }

    /** A task that the handler discards silently is detected when the queue is read twice, as scrapes do. */
    @Test
    void taskThatAHandlerThrowsAway_isInFlightForSecondsAtMost_andWhatTheQueueHoldsStays() throws Exception {
        var pool =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), (task, rejecting) -> {});
        WorkExecutor executor = new WorkExecutor("mails", pool, QueueRule.keep(), ticker);
        try (Ebbtide service = service(executor)) {
            executor.execute(() -> blocking("running"));
            begun.await();
            Future<String> held = executor.submit(() -> "held");
            executor.execute(() -> {});

            assertThat(executor.queue.depth()).as("tasks that wait").isEqualTo(2);
            ticker.advance(Duration.ofSeconds(1));
            assertThat(executor.queue.depth()).as("once it was missed").isEqualTo(2);
            ticker.advance(Duration.ofSeconds(1));
            assertThat(executor.queue.depth()).as("a second later").isEqualTo(1);

            assertThat(service.inFlight().count()).isEqualTo(2);
            release.countDown();
            assertThat(held.get()).isEqualTo("held");
        }
    }

    @Test
    void poolThatIsShutDownUnderneath_leavesNothingInFlight_andNoCallerWaiting() throws Exception {
        var pool = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        WorkExecutor executor = new WorkExecutor("mails", pool, QueueRule.keep(), ticker);
        try (Ebbtide service = service(executor)) {
            executor.execute(() -> blocking("running"));
            begun.await();
            Future<String> waiting = executor.submit(() -> "waiting");

            pool.shutdownNow();
            Awaitility.await().until(pool::isTerminated);
            ticker.advance(Duration.ofSeconds(1));
            assertThat(executor.queue.depth()).isZero();

            assertThat(waiting.isCancelled()).isTrue();
            Awaitility.await().until(() -> service.inFlight().count() == 0);
        }
    }

    @Test
    void taskThatItsCallerCancels_isNotInFlight_andOccupiesNoPlace() throws Exception {
        var pool = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1));
        WorkExecutor executor = new WorkExecutor("mails", pool, QueueRule.keep(), ticker);
        try (Ebbtide service = service(executor)) {
            executor.execute(() -> blocking("running"));
            begun.await();
            Future<String> waiting = executor.submit(() -> "waiting");

            waiting.cancel(true);

            assertThat(service.inFlight().count()).isEqualTo(1);
            assertThat(pool.getQueue()).isEmpty();
            release.countDown();
        }
    }

    static Stream<Arguments> callersAndRules() {
        return Stream.of("drop", "handBack", "keep")
                .flatMap(rule -> Stream.of("invokeAny", "invokeAll", "completionService", "supplyAsync", "submit")
                        .map(caller -> Arguments.of(rule, caller)));
    }

    /** The callers' task waits behind one that runs when the service begins to shut down. */
    @ParameterizedTest
    @MethodSource("callersAndRules")
    void callerWhoWaits_isNotifiedUnderEveryRule(String rule, String caller) throws Exception {
        WorkExecutor executor = executor(
                switch (rule) {
                    case "drop" -> QueueRule.drop();
                    case "keep" -> QueueRule.keep();
                    default -> QueueRule.handBack(handedBack::add);
                });
        Ebbtide service = service(executor);
        executor.execute(() -> blocking("running"));
        begun.await();
        Callable<String> task = () -> "done";
        var waiter = new FutureTask<>(() -> result(executor, caller, task));
        var thread = new Thread(waiter, "caller");
        thread.setDaemon(true);
        thread.start();
        Awaitility.await().until(() -> executor.queue.depth() == 1);

        service.shutdown("test");
        Awaitility.await().until(executor.queue::isShuttingDown);
        release.countDown();
        Object ended;
        try {
            ended = waiter.get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            ended = e.getCause().getClass();
        }
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        boolean isRun = rule.equals("keep") || caller.equals("supplyAsync");
        assertThat(ended).isEqualTo(isRun ? "done" : CancellationException.class);
        assertThat(handedBack).isEqualTo(rule.equals("handBack") && !isRun ? List.of(task) : List.of());
        assertThat(report.isClean()).isTrue();
    }

    private static String result(WorkExecutor executor, String caller, Callable<String> task) throws Exception {
        return switch (caller) {
            case "invokeAny" -> cause(() -> executor.invokeAny(List.of(task)));
            case "invokeAll" -> executor.invokeAll(List.of(task)).get(0).get();
            case "completionService" -> {
                var completion = new ExecutorCompletionService<String>(executor);
                completion.submit(task);
                yield completion.take().get();
            }
            case "supplyAsync" ->
                CompletableFuture.supplyAsync(() -> "done", executor).join();
            default -> executor.submit(task).get();
        };
    }

    /** invokeAny wraps the exception of the last task. */
    private static String cause(Callable<String> call) throws Exception {
        try {
            return call.call();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CancellationException cancelled ? cancelled : e;
        }
    }

    /** A request that is served during the lame duck may still use the executor. */
    @Test
    void stageOfACompletableFuture_isTakenWhileTheServiceShutsDown_underEveryRule() throws Exception {
        WorkExecutor executor = executor(QueueRule.drop());
        Ebbtide service = service(executor);
        executor.execute(() -> blocking("running"));
        begun.await();

        service.shutdown("test");
        Awaitility.await().until(executor.queue::isShuttingDown);
        var chain = CompletableFuture.supplyAsync(() -> "a", executor).thenApplyAsync(a -> a + "b", executor);
        release.countDown();

        assertThat(chain.get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("ab");
        assertThat(service.awaitStopped(TestTimeouts.HANG).isClean()).isTrue();
    }

    @Test
    void tasksThatAreHandedBack_comeInTheOrderOfTheirSubmission() throws Exception {
        WorkExecutor executor = executor(QueueRule.handBack(handedBack::add));
        Ebbtide service = service(executor);
        executor.execute(() -> blocking("running"));
        begun.await();
        List<Object> submitted = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Runnable task = new Thread(); // a different one each time
            submitted.add(task);
            executor.execute(task);
        }

        service.shutdown("test");
        Awaitility.await().until(() -> handedBack.size() == 500);
        release.countDown();
        service.awaitStopped(TestTimeouts.HANG);

        assertThat(handedBack).containsExactlyElementsOf(submitted);
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullTask_isRefused_beforeAnythingIsCounted() {
        WorkExecutor executor = executor(QueueRule.keep());
        try (Ebbtide service = service(executor)) {
            assertThatThrownBy(() -> executor.execute(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("command: null (expected: not null)");
            assertThatThrownBy(() -> executor.submit((Runnable) null)).hasMessage("task: null (expected: not null)");
            assertThatThrownBy(() -> executor.submit((Callable<?>) null)).hasMessage("task: null (expected: not null)");
            assertThatThrownBy(() -> executor.submit(null, "")).hasMessage("task: null (expected: not null)");

            assertThat(service.inFlight().count()).isZero();
        }
    }

    private String blocking(String result) {
        begun.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return result;
    }

    /** An executor that runs no tasks here. */
    private static ExecutorService idle() {
        return new ThreadPoolExecutor(0, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    }

    private WorkExecutor executor(QueueRule rule) {
        return new WorkExecutor("mails", Executors.newSingleThreadExecutor(), rule, ticker);
    }

    private Ebbtide service(WorkExecutor executor) {
        return service(executor, ROOMY);
    }

    private Ebbtide service(WorkExecutor executor, Settings settings) {
        return builder().work(executor).settings(settings).build().start();
    }

    private EbbtideBuilder builder() {
        return VirtualTime.of(ticker, Ebbtide.builder("orders"));
    }

    /** Returns once the shutdown waits for the work in flight: from then on the drain ends as time is advanced. */
    private static void awaitDrain() {
        Awaitility.await()
                .until(() -> Thread.getAllStackTraces().entrySet().stream()
                        .anyMatch(each -> each.getKey().getName().equals("ebbtide-orders-shutdown")
                                && each.getKey().getState() == Thread.State.WAITING
                                && Arrays.stream(each.getValue())
                                        .anyMatch(frame -> frame.getMethodName().equals("isDoneInDrain"))));
    }
}
