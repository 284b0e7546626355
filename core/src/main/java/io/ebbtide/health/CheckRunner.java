package io.ebbtide.health;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Scheduler;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Runs one check for ever: schedule, time-out, hysteresis, verdict. Safe for use by many threads. */
final class CheckRunner {
    /*
     * At most one run exists at a time. The scheduler's thread begins it and counts it as failed at its timeout; the
     * run itself is on a thread of its own, or on none once an asynchronous check body has returned its stage. A run
     * that is past its timeout hangs: it goes on counting as a failure, once for each suspect interval, and no other
     * run begins until it ends. Its result is then too late to count. The thread that completes a stage is not ours,
     * perhaps an event loop, and should not have to publish the result: the scheduler's thread does.
     */
    private static final Duration LOST_AFTER = Duration.ofSeconds(5);

    /** The parts that all runners of one service share. */
    record Engine(
            String service,
            Ticker ticker,
            Scheduler scheduler,
            Executor threads,
            Executor platformThreads,
            BackgroundLog log,
            Runnable verdictChanged,
            Runnable detailsChanged) {}

    private final String name;
    private final Check check;
    private final CheckSchedule schedule;
    private final Engine engine;
    private final CheckLog log;
    private volatile CheckStatus status;
    private @Nullable Verdict verdict;
    private @Nullable Run current;
    private Scheduler.Timer next = Scheduler.Timer.NONE;
    private boolean stopped;
    private boolean stackLogged;
    private long lastResultNanos;
    private boolean scheduled;
    private long dueNanos;

    CheckRunner(String name, ProbeKind kind, Check check, Engine engine) {
        this.name = name;
        this.check = check;
        this.schedule = check.schedule();
        this.engine = engine;
        log = new CheckLog(name, engine.service(), engine.log());
        status = CheckStatus.unknown(name, kind, check);
    }

    String name() {
        return name;
    }

    ProbeKind kind() {
        return status.kind();
    }

    CheckStatus status() {
        return status;
    }

    void start() {
        scheduleNext(Duration.ZERO);
    }

    /** Begins no further run; a run in progress is asked to give up and no longer counts. */
    void stop() {
        Run last;
        synchronized (this) {
            if (stopped) {
                return;
            }
            stopped = true;
            next.cancel();
            last = current;
            current = null;
        }
        if (last != null) {
            last.cancelTimer();
            last.giveUp();
        }
        runAction("stop", check.traits().onStop());
    }

    /** No code of this process ran for this long: the last result counts as that much younger. */
    synchronized void forgive(long pausedNanos) {
        lastResultNanos += pausedNanos;
    }

    /** Checks whether the verdict has gone stale, and whether the next run was lost; called regularly. */
    void inspect() {
        reviveIfLost();
        synchronized (this) {
            boolean renewed = engine.ticker().since(lastResultNanos).compareTo(schedule.staleAfter()) <= 0;
            if (stopped || status.stale() || !status.known() || renewed) {
                return;
            }
            status = status.withoutRenewal();
        }
        log.stale(schedule.staleAfter());
        engine.verdictChanged().run();
    }

    /** If there was no memory to schedule the next run, no other run would ever begin. */
    private void reviveIfLost() {
        boolean isLost;
        synchronized (this) {
            Run run = current;
            if (run != null && run.isLost(engine.ticker().nanos(), LOST_AFTER)) {
                current = null; // its thread has ended without reporting it
            }
            isLost = scheduled
                    && !stopped
                    && current == null
                    && engine.ticker().since(dueNanos).compareTo(LOST_AFTER) > 0;
        }
        if (isLost) {
            scheduleNext(Duration.ZERO);
        }
    }

    /** How long until the verdict goes stale on the engine's ticker; {@code Long.MAX_VALUE} if it cannot or already has. */
    synchronized long nanosUntilStale(long nowNanos) {
        boolean fresh = !stopped && status.known() && !status.stale();
        return fresh ? lastResultNanos + schedule.staleAfter().toNanos() - nowNanos : Long.MAX_VALUE;
    }

    private void begin() {
        if (standsProved()) {
            return;
        }
        Run run;
        synchronized (this) {
            if (stopped || current != null) {
                return;
            }
            run = new Run(engine.ticker().nanos(), verdict == null ? schedule.firstTimeout() : schedule.timeout());
            current = run;
        }
        try {
            run.wakeBy(engine.scheduler().after(run.timeout(), () -> overdue(run)));
            Executor threads = check.traits().platformThread() ? engine.platformThreads() : engine.threads();
            threads.execute(() -> perform(run));
        } catch (RuntimeException | Error e) { // no thread or no memory available
            ended(run, null, e);
        }
    }

    /** A success counts at its own moment: the next run is due an interval after that, not after now. */
    private boolean standsProved() {
        boolean turned;
        Duration untilNext;
        synchronized (this) {
            Evidence evidence = check.traits().evidence();
            if (stopped || evidence == null || !evidenceIsFresh()) {
                return false;
            }
            long provedNanos = evidence.lastNanos();
            turned = judge(Evidence.PROVED, null, null);
            lastResultNanos = provedNanos;
            untilNext =
                    Durations.max(Duration.ZERO, pause().minus(engine.ticker().since(provedNanos)));
        }
        try {
            report(turned, Evidence.PROVED);
        } finally {
            scheduleNext(untilNext);
        }
        return true;
    }

    private synchronized boolean evidenceIsFresh() {
        Evidence evidence = check.traits().evidence();
        return evidence != null && verdict != null && evidence.isNewerThan(lastResultNanos);
    }

    private void perform(Run run) {
        run.takeThread(engine.ticker().nanos());
        Thread.currentThread().setName("ebbtide-" + engine.service() + "-check-" + name);
        try {
            var stage = check.body().begin();
            run.answersBy(stage);
            stage.whenComplete((outcome, failure) -> {
                run.answered();
                if (run.thread() == Thread.currentThread()) {
                    ended(run, outcome, failure);
                } else {
                    engine.scheduler().after(Duration.ZERO, () -> ended(run, outcome, failure));
                }
            });
        } catch (Throwable e) { // a check may throw anything; nothing may end the engine
            run.answered();
            ended(run, null, e);
        } finally {
            run.releaseThread();
        }
    }

    private void ended(Run run, @Nullable Outcome outcome, @Nullable Throwable failure) {
        run.cancelTimer();
        boolean late;
        Outcome result = outcome == null ? failed(unwrapped(failure)) : outcome;
        boolean turned;
        synchronized (this) {
            if (current != run) {
                return;
            }
            current = null;
            late = run.isOverdue();
            if (late) {
                status = status.noLongerHung();
                turned = true;
            } else {
                turned = judge(result, engine.ticker().since(run.begunNanos()), null);
            }
        }
        try {
            if (late) {
                engine.verdictChanged().run();
            } else {
                report(turned, result);
            }
        } finally {
            scheduleNext(late ? untilSuspectRun() : pause());
        }
    }

    /** Counted from the last failure, so that a run which ends late does not delay the next. */
    private synchronized Duration untilSuspectRun() {
        return Durations.max(
                Duration.ZERO, schedule.suspectInterval().minus(engine.ticker().since(lastResultNanos)));
    }

    private void overdue(Run run) {
        boolean first;
        boolean turned;
        Outcome known = outcomeOfATimeout(run); // outside the lock: it calls user code
        Outcome result;
        synchronized (this) {
            if (current != run) {
                return;
            }
            run.wakeBy(engine.scheduler().after(schedule.suspectInterval(), () -> overdue(run)));
            first = run.becomeOverdue();
            result = evidenceIsFresh() ? Evidence.PROVED : known;
            Instant since = first ? engine.ticker().now() : status.hungSince();
            turned = judge(result, engine.ticker().since(run.begunNanos()), since);
        }
        report(turned, result);
        if (first) {
            logStack(run);
            run.giveUp();
            runAction("timeout", check.traits().onTimeout());
        }
    }

    private Outcome outcomeOfATimeout(Run run) {
        Outcome known = null;
        var supplier = check.traits().timeoutOutcome();
        if (supplier != null) {
            try {
                known = supplier.get();
            } catch (RuntimeException | Error e) {
                log.actionFailed("timeout outcome", e);
            }
        }
        return known != null ? known : Outcome.down("no answer within " + Durations.text(run.timeout()));
    }

    private void runAction(String what, Runnable action) {
        if (action == CheckTraits.NOTHING) {
            return;
        }
        try {
            engine.threads().execute(() -> {
                try {
                    action.run();
                } catch (RuntimeException | Error e) {
                    log.actionFailed(what, e);
                }
            });
        } catch (RuntimeException | Error e) { // no thread available
            log.actionFailed(what, e);
        }
    }

    /** Returns whether that changed the verdict. */
    private synchronized boolean judge(Outcome outcome, @Nullable Duration latency, @Nullable Instant hungSince) {
        Verdict before = verdict;
        Verdict after = before == null ? Verdict.first(outcome.passed()) : before.after(outcome.passed(), schedule);
        boolean turned = before == null || before.up() != after.up() || status.stale();
        verdict = after;
        stackLogged &= !outcome.passed();
        lastResultNanos = engine.ticker().nanos();
        status = status.withResult(after.up(), outcome, latency, engine.ticker().now(), hungSince);
        return turned;
    }

    /** Never under the lock: publishing reads all runners. */
    private void report(boolean turned, Outcome outcome) {
        if (turned) {
            log.turned(status.up(), outcome);
            engine.verdictChanged().run();
        } else {
            engine.detailsChanged().run();
        }
    }

    private void scheduleNext(Duration delay) {
        synchronized (this) {
            if (!stopped) {
                scheduled = true;
                dueNanos = engine.ticker().nanos() + delay.toNanos();
                next.cancel(); // at most one run is ever due
                next = engine.scheduler().after(delay, this::begin);
            }
        }
    }

    /**
     * Replicas that started together must not run their checks in step, so the interval is up to a tenth shorter, at
     * random. Within a service, runs begin at hundredths of the interval, so that many checks share few wake-ups.
     */
    private synchronized Duration pause() {
        if (verdict != null && verdict.inDoubt()) {
            return schedule.suspectInterval();
        }
        long interval = schedule.interval().toNanos();
        double share = 1 - 0.09 * ThreadLocalRandom.current().nextDouble();
        long pause = (long) (interval * share);
        long beyond = Math.floorMod(engine.ticker().nanos() + pause, Math.max(1, interval / 100));
        return Duration.ofNanos(pause - beyond);
    }

    /** Logs the thread's stack once, then not again before a good result. */
    private void logStack(Run run) {
        Thread thread = run.thread();
        synchronized (this) {
            if (stackLogged || thread == null) {
                return;
            }
            stackLogged = true;
        }
        log.stuck(run.timeout(), Threads.stack(thread, 16));
    }

    private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static Outcome failed(@Nullable Throwable failure) {
        String reason = failure == null
                ? "no outcome"
                : "failed with " + failure.getClass().getSimpleName();
        return Outcome.down(reason).causedBy(failure);
    }
}
