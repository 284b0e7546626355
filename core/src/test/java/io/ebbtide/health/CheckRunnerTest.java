package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Scheduler;
import io.ebbtide.internal.Ticker;
import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One check on a schedule in virtual time: every 5 s, 1 s each, down after 3, up after 2. */
final class CheckRunnerTest {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeTicker ticker = new FakeTicker();
    private final ManualScheduler scheduler = new ManualScheduler(ticker);
    private final BackgroundLog log = new BackgroundLog("test-log", Ticker.system());
    private final AtomicInteger runs = new AtomicInteger();
    private final Queue<Callable<Outcome>> next = new ArrayDeque<>();
    private final List<String> turns = new ArrayList<>();
    private final Evidence evidence = new Evidence(ticker);
    private Runnable publishing = () -> {};

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void firstOutcome_decidesAlone() {
        CheckRunner runner = started(Check.of(this::runBody));
        assertThat(runner.status().known()).isFalse();
        assertThat(runner.status().status()).isEqualTo(Status.DOWN);

        scheduler.advance(Duration.ZERO);

        assertThat(runner.status().status()).isEqualTo(Status.UP);
        assertThat(turns).containsExactly("up");
    }

    @Test
    void failures_inARow_turnItDownWithinTheBound() {
        CheckRunner runner = started(Check.of(this::runBody));
        scheduler.advance(Duration.ZERO);
        thenFail("no connection", 3);

        scheduler.advance(CheckSchedule.defaults().reportedWithin());

        assertThat(runner.status().status()).isEqualTo(Status.DOWN);
        assertThat(runner.status().reason()).isEqualTo("no connection");
        assertThat(turns).containsExactly("up", "down");
    }

    @Test
    void failure_makesTheNextRunFollowAtTheSuspectInterval() {
        started(Check.of(this::runBody));
        scheduler.advance(Duration.ZERO);
        thenFail("once", 1);
        scheduler.advance(INTERVAL);
        int before = runs.get();

        scheduler.advance(SECOND);

        assertThat(runs.get()).isEqualTo(before + 1);
        assertThat(turns).containsExactly("up");
    }

    @Test
    void runs_followAtTheIntervalLessUpToATenth() {
        started(Check.of(this::runBody));
        scheduler.advance(Duration.ZERO);

        scheduler.advance(INTERVAL.multipliedBy(90).dividedBy(100).minusMillis(1));
        assertThat(runs).hasValue(1);
        scheduler.advance(INTERVAL.dividedBy(10).plusMillis(1));

        assertThat(runs).hasValue(2);
    }

    @Test
    void exceptionsAndErrors_areFailuresThatNameTheirClassAlone() {
        CheckRunner runner = started(Check.of(this::runBody));
        next.add(() -> {
            throw new StackOverflowError("jdbc://user:secret@host");
        });

        scheduler.advance(Duration.ZERO);

        assertThat(runner.status().reason()).isEqualTo("failed with StackOverflowError");
        assertThat(runner.status().status()).isEqualTo(Status.DOWN);
    }

    @Test
    void asyncBody_isJudgedWhenItsStageCompletes() {
        var stage = new CompletableFuture<Outcome>();
        CheckRunner runner = started(Check.async(() -> stage));
        scheduler.advance(Duration.ofMillis(300));

        stage.complete(Outcome.up().with("role", "primary"));
        assertThat(runner.status().known())
                .as("judged by the thread that completed it")
                .isFalse();
        scheduler.advance(Duration.ZERO);

        assertThat(runner.status().status()).isEqualTo(Status.UP);
        assertThat(runner.status().latency()).isEqualTo(Duration.ofMillis(300));
        assertThat(runner.status().details()).containsEntry("role", "primary");
    }

    @Test
    void asyncBody_thatFails_namesTheCauseAndNotItsWrapper() {
        CheckRunner runner = started(Check.async(() -> CompletableFuture.<Outcome>supplyAsync(
                        () -> {
                            throw new IllegalStateException("x");
                        },
                        Runnable::run)
                .thenApply(outcome -> outcome)));

        scheduler.advance(Duration.ZERO);

        assertThat(runner.status().reason()).isEqualTo("failed with IllegalStateException");
    }

    @Test
    void hungRun_countsOnceForEachSuspectInterval_andNoSecondRunBegins() {
        CheckRunner runner = started(Check.async(() -> runs.incrementAndGet() == 1
                ? CompletableFuture.completedFuture(Outcome.up())
                : new CompletableFuture<Outcome>().minimalCompletionStage()));
        scheduler.advance(Duration.ZERO);

        scheduler.advance(INTERVAL.plus(SECOND));
        assertThat(runner.status().up()).isTrue();
        assertThat(runner.status().hungSince()).isNotNull();
        scheduler.advance(SECOND.multipliedBy(2));

        assertThat(runner.status().up()).isFalse();
        assertThat(runner.status().reason()).isEqualTo("no answer within 1 s");
        scheduler.advance(Duration.ofMinutes(10));
        assertThat(runs).hasValue(2);
    }

    @Test
    void hungRun_thatComesBack_saysNothingAndResumes() {
        var late = new CompletableFuture<Outcome>();
        CheckRunner runner = started(Check.async(() -> runs.incrementAndGet() == 1
                ? late.minimalCompletionStage()
                : CompletableFuture.completedFuture(Outcome.up())));
        scheduler.advance(Duration.ofSeconds(60));
        assertThat(runner.status().up()).isFalse();

        late.complete(Outcome.up());
        scheduler.advance(Duration.ZERO);
        assertThat(runner.status().hungSince()).isNull();
        assertThat(runner.status().up()).isFalse();
        scheduler.advance(SECOND.multipliedBy(2));

        assertThat(runner.status().up()).isTrue();
    }

    @Test
    void freshEvidence_standsForARun_fromItsOwnMoment() {
        CheckRunner runner = started(Check.of(this::runBody).evidence(evidence));
        scheduler.advance(Duration.ofSeconds(4));
        evidence.succeeded();

        scheduler.advance(Duration.ofSeconds(4));

        assertThat(runs).hasValue(1);
        assertThat(runner.status().details()).containsEntry("evidence", true);
        scheduler.advance(SECOND);
        assertThat(runs).as("once it is an interval old").hasValue(2);
    }

    @Test
    void faultRightAfterEvidence_isReportedWithinTheBound() {
        CheckRunner runner = started(Check.of(this::runBody).evidence(evidence));
        scheduler.advance(Duration.ofMillis(1));
        evidence.succeeded();
        thenFail("no connection", 99);

        scheduler.advance(CheckSchedule.defaults().reportedWithin());

        assertThat(runner.status().up()).isFalse();
    }

    @Test
    void runsThatComeBackALittleLate_areReportedWithinTheBound() {
        var late = new ArrayDeque<CompletableFuture<Outcome>>();
        CheckRunner runner = started(Check.async(() -> {
            if (runs.incrementAndGet() == 1) {
                return CompletableFuture.completedFuture(Outcome.up());
            }
            var stage = new CompletableFuture<Outcome>();
            late.add(stage);
            return stage.minimalCompletionStage();
        }));
        scheduler.advance(Duration.ZERO);

        Duration passed = Duration.ZERO;
        for (; runner.status().up() && passed.compareTo(Duration.ofSeconds(20)) < 0; passed = passed.plusMillis(100)) {
            scheduler.advance(Duration.ofMillis(100));
            if (runner.status().hungSince() != null
                    && Duration.between(runner.status().hungSince(), ticker.now())
                                    .toMillis()
                            >= 900
                    && !late.isEmpty()) {
                late.remove().complete(Outcome.up());
            }
        }

        assertThat(passed).isLessThanOrEqualTo(CheckSchedule.defaults().reportedWithin());
    }

    @Test
    void evidence_doesNotStandForTheFirstRun() {
        evidence.succeeded();
        started(Check.of(this::runBody).evidence(evidence));

        scheduler.advance(Duration.ZERO);

        assertThat(runs).hasValue(1);
    }

    @Test
    void evidence_newerThanAFailure_countsAgainstIt() {
        CheckRunner runner = started(Check.of(this::runBody).evidence(evidence));
        thenFail("no connection", 9);
        scheduler.advance(Duration.ZERO);
        assertThat(runner.status().up()).isFalse();

        scheduler.advance(Duration.ofMillis(4_400));
        evidence.succeeded();
        scheduler.advance(Duration.ofMillis(600));
        assertThat(runner.status().up()).isFalse();
        evidence.succeeded();
        scheduler.advance(Duration.ofMillis(500));

        assertThat(runs).hasValue(1);
        assertThat(runner.status().up()).isTrue();
    }

    @Test
    void hungRun_whileTheApplicationSucceeds_isShownAndTurnsNothing() {
        CheckRunner runner = started(Check.async(() -> runs.incrementAndGet() == 1
                        ? CompletableFuture.completedFuture(Outcome.up())
                        : new CompletableFuture<Outcome>().minimalCompletionStage())
                .evidence(evidence));
        scheduler.advance(INTERVAL.plusMillis(100));

        for (int second = 0; second < 30; second++) {
            evidence.succeeded();
            scheduler.advance(SECOND);
        }

        assertThat(runs).hasValue(2);
        assertThat(runner.status().hungSince()).isNotNull();
        assertThat(runner.status().up()).isTrue();
    }

    @Test
    void engine_thatThrowsWhilePublishing_goesOnWithTheNextRun() {
        publishing = () -> {
            throw new OutOfMemoryError("no room for a body");
        };
        started(Check.of(this::runBody));
        scheduler.advance(Duration.ZERO);
        publishing = () -> {};

        scheduler.advance(INTERVAL);

        assertThat(runs).hasValue(2);
    }

    /** Fails one call of the engine for lack of memory: the first, or the second, and so on. */
    private final class FailsOnce implements Scheduler, Executor {
        private int callsBefore;

        FailsOnce(int callsBefore) {
            this.callsBefore = callsBefore;
        }

        private void failOnce() {
            if (callsBefore-- == 0) {
                throw new OutOfMemoryError("not really");
            }
        }

        boolean hasFailed() {
            return callsBefore < 0;
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            failOnce();
            Timer timer = scheduler.after(delay, () -> {
                try {
                    task.run();
                } catch (OutOfMemoryError e) {
                    // as the real one
                }
            });
            return () -> {
                timer.cancel();
                failOnce();
            };
        }

        @Override
        public void every(Duration period, Runnable task) {
            throw new AssertionError("not used");
        }

        @Override
        public void execute(Runnable task) {
            failOnce();
            task.run();
        }

        @Override
        public void close() {}
    }

    @Test
    void check_goesOn_whicheverCallOfTheEngineLacksMemory() {
        goesOnWhicheverCallFails(() -> Check.of(this::runBody));
    }

    /** What a stage's callback throws, the stage swallows. */
    @Test
    void asyncCheck_goesOn_whicheverCallOfTheEngineLacksMemory() {
        goesOnWhicheverCallFails(() -> Check.async(() -> {
            Outcome outcome = runBody();
            var stage = new CompletableFuture<Outcome>();
            scheduler.after(Duration.ofMillis(10), () -> stage.complete(outcome));
            return stage;
        }));
    }

    private void goesOnWhicheverCallFails(Supplier<Check> check) {
        for (int calls = 1; calls < 40; calls++) {
            var faulty = new FailsOnce(calls);
            CheckRunner runner = started(check.get(), faulty, faulty);
            scheduler.advance(INTERVAL.multipliedBy(15));
            assertThat(faulty.hasFailed()).isTrue();
            inspectFor(runner, 30);
            int before = runs.get();

            inspectFor(runner, 30);

            assertThat(runs.get()).as("runs after call %d has failed", calls).isGreaterThan(before + 4);
            assertThat(runner.status().stale()).isFalse();
            runner.stop();
        }
    }

    private void inspectFor(CheckRunner runner, int seconds) {
        for (int second = 0; second < seconds; second++) {
            scheduler.advance(SECOND);
            runner.inspect();
        }
    }

    @Test
    void timeout_cancelsTheStage_andCallsTheTimeoutActionOnce() {
        var stage = new CompletableFuture<Outcome>();
        var actions = new AtomicInteger();
        CheckRunner runner = started(Check.async(() -> runs.incrementAndGet() == 1 ? stage : new CompletableFuture<>())
                .onTimeout(actions::incrementAndGet));

        scheduler.advance(SECOND.multipliedBy(4));
        assertThat(stage).as("the first run may take five times as long").isNotDone();
        scheduler.advance(SECOND);

        assertThat(stage).isCancelled();
        assertThat(actions).hasValue(1);
        assertThat(runner.status().reason()).isEqualTo("no answer within 5 s");
        assertThat(runner.status().hungSince()).isNull();
        assertThat(runner.status().up()).isFalse();
    }

    @Test
    void verdict_thatNoRunRenews_goesStale() {
        CheckRunner runner = started(Check.of(this::runBody));
        scheduler.advance(Duration.ZERO);
        assertThat(runner.status().status()).isEqualTo(Status.UP);

        ticker.advance(CheckSchedule.defaults().staleAfter().plusMillis(1)); // and the scheduler sleeps
        runner.inspect();

        assertThat(runner.status().stale()).isTrue();
        assertThat(runner.status().status()).isEqualTo(Status.DOWN);
        assertThat(runner.status().reason()).isEqualTo("stale");
    }

    @Test
    void stop_endsTheRuns_andCallsTheStopActionOnce() {
        var stops = new AtomicInteger();
        CheckRunner runner = started(Check.of(this::runBody).onStop(stops::incrementAndGet));
        scheduler.advance(Duration.ZERO);

        runner.stop();
        runner.stop();
        scheduler.advance(Duration.ofMinutes(1));

        assertThat(runs).hasValue(1);
        assertThat(stops).hasValue(1);
        assertThat(scheduler.waiting()).isZero();
    }

    /** The thread that advances time executes its runs. */
    private CheckRunner started(Check check) {
        return started(check, scheduler, Runnable::run);
    }

    private CheckRunner started(Check check, Scheduler timers, Executor threads) {
        var self = new CheckRunner[1];
        var engine = new CheckRunner.Engine(
                "orders",
                ticker,
                timers,
                threads,
                threads,
                log,
                () -> {
                    turns.add(self[0].status().up() ? "up" : "down");
                    publishing.run();
                },
                () -> {});
        self[0] = new CheckRunner("db", ProbeKind.READINESS, check, engine);
        self[0].start();
        return self[0];
    }

    private Outcome runBody() throws Exception {
        runs.incrementAndGet();
        Callable<Outcome> given = next.poll();
        return given == null ? Outcome.up() : given.call();
    }

    private void thenFail(String reason, int times) {
        for (int i = 0; i < times; i++) {
            next.add(() -> Outcome.down(reason));
        }
    }
}
