package io.ebbtide.sequence;

import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.health.HealthControl;
import io.ebbtide.inflight.GateControl;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.Totals;
import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.BoundedCall;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.peers.LameDuck;
import io.ebbtide.peers.TrafficRecorder;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One shutdown, state by state. {@link #run} is called by one thread; the rest is safe for use by many. */
final class ShutdownSequence {
    // Over 300 lines: the steps of one shutdown share its deadlines and their findings for the report.

    /** The objects that a shutdown works on. */
    record Service(
            Plan plan,
            StateMachine machine,
            Starter starter,
            TrafficRecorder recorder,
            InFlight inFlight,
            GateControl gate,
            HealthControl engine,
            ListenerDispatcher dispatcher,
            Ticker ticker) {}

    /** The time for {@code beginShutdown()} to return after the lame duck, even a shortened one, and for listeners to return. */
    private static final Duration MAX_TO_RETURN = Duration.ofSeconds(1);

    /**
     * Thousands would make an unreadable log line, and no time remains to walk their stacks. A kind that is aborted before
     * the others takes half of the remaining room, as the others may matter more to the reader.
     */
    private static final int MAX_CUT_REPORTED = 100;

    private static final int MAX_FRAMES = 16;

    private static final String EXITS = "called System.exit, which does not return before this shutdown is over";

    private final Service service;
    private final String reason;
    private final ShutdownMode mode;
    private final Deadlines deadlines;
    private final Instant at;
    private final DrainClock clock;
    private final Stopper stopper;
    private final CompletableFuture<Void> lameDuckOver = new CompletableFuture<>();
    private final List<String> problems = new ArrayList<>();
    private final List<ShutdownReport.Cut> cut = new ArrayList<>();
    private ShutdownReport.LameDuckEnd lameDuck =
            new ShutdownReport.LameDuckEnd(ShutdownReport.LameDuckReason.NONE, null);
    private Totals atSignal;
    private Duration lameDuckEnded = Duration.ZERO;
    private @Nullable Duration endIfOneRouter;
    private boolean stopFailed;
    private volatile List<BoundedCall> calls = List.of();

    ShutdownSequence(Service service, String reason, ShutdownMode mode) {
        this.service = service;
        this.reason = Printable.line(Redact.text(reason));
        this.mode = mode;
        at = service.ticker().now();
        deadlines = new Deadlines(
                service.ticker(), service.ticker().nanos(), service.plan().budget());
        atSignal = service.gate().totals();
        clock = new DrainClock(deadlines, service.plan().drainLimits());
        stopper = new Stopper(service.plan().service(), service.ticker(), deadlines::untilStopEnds);
    }

    Deadlines deadlines() {
        return deadlines;
    }

    String reason() {
        return reason;
    }

    Instant at() {
        return at;
    }

    /** Ends the lame duck, whether it has begun or not. */
    void skipLameDuck() {
        lameDuckOver.complete(null);
    }

    /** Stops waiting for the calls of threads that never return. May be called by any thread. */
    void giveUp(Predicate<Thread> lost) {
        calls.forEach(call -> call.giveUp(lost, EXITS));
        stopper.giveUp(lost, EXITS);
    }

    /** Returns the current step in STOPPING. */
    String step() {
        return stopper.step();
    }

    /**
     * Begins the shutdown: work that arrives from here on is late. This comes first, so that all work missing in the totals
     * is late. Called once, on the thread that requests the shutdown, before {@link #run}: by the time that another thread
     * runs, a busy service has admitted more.
     */
    void begin() {
        service.recorder().beginShutdown(deadlines.startNanos());
        service.gate().takeCutEarly(); // before the signal: no work of this shutdown
        atSignal = service.gate().totals();
    }

    /**
     * Takes the service to STOPPED and returns the report.
     *
     * @param startFailure the reason, if its start has failed
     */
    ShutdownReport run(@Nullable Throwable startFailure) {
        if (startFailure != null) {
            problems.add(Redact.oneLine(startFailure));
        }
        service.gate().remaining(clock::remaining);
        service.starter().abort();

        step("lame duck", this::beLameDuckIfAny);
        service.machine().move(LifecycleState.DRAINING);
        step("drain", this::drain);
        step("end of the drain", this::cutRemaining);
        Totals drained = service.gate().totals();
        int cutCount = Math.toIntExact(drained.cut() - atSignal.cut());
        service.machine().move(LifecycleState.STOPPING);
        step("stop", this::stop);

        String exiting = service.starter().exiting();
        if (exiting != null) {
            problems.add("the service did not start: the " + exiting + " " + EXITS);
        }
        ExitCode exitCode = startFailure != null || exiting != null ? ExitCode.START_FAILED : exitCode(cutCount);
        service.machine().move(LifecycleState.STOPPED);
        return report(drained, cutCount, exitCode);
    }

    /** A fault of ours, or of user code that should not be able to cause one here, never skips the later steps. */
    private void step(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            stopFailed = true;
            problems.add("the " + what + " failed: " + Redact.oneLine(e));
        }
    }

    private ShutdownReport report(Totals drained, int cutCount, ExitCode exitCode) {
        long refused =
                drained.inFlight(); // the gate is closed and all work in it aborted: these are just being refused
        var units = new ShutdownReport.Units(
                atSignal.inFlight(),
                drained.entered() - refused - atSignal.entered(),
                drained.finished() - atSignal.finished(),
                drained.givenUp() - atSignal.givenUp(),
                cutCount);
        ShutdownReport.Late late = LateReport.of(service.recorder().late());
        List<String> advice = Advice.after(
                service.plan(),
                new Advice.LameDuckFacts(
                        lameDuck, lameDuckEnded, late, service.recorder().hasSeenAny(), endIfOneRouter),
                cut,
                stopper.stops());
        return new ShutdownReport(
                service.plan().service(),
                new ShutdownReport.Cause(reason, at),
                deadlines.elapsed(),
                deadlines.budget(),
                service.machine().times(),
                units,
                lameDuck,
                late,
                cut,
                stopper.stops(),
                new ShutdownReport.Notes(problems, advice),
                exitCode);
    }

    private void beLameDuckIfAny() {
        boolean any = mode == ShutdownMode.WITH_LAME_DUCK
                && !service.plan().lameDuck().isZero();
        if (any && service.machine().move(LifecycleState.LAME_DUCK)) {
            beLameDuck();
            lameDuckEnded = deadlines.elapsed();
        }
    }

    private void beLameDuck() {
        List<TrafficSource> sources = service.starter().startedSources();
        List<BoundedCall> calls = callSources(sources, "begin-shutdown", TrafficSource::beginShutdown);
        lameDuck = waitOut(
                LameDuckPolicy.ADAPTIVE == service.plan().lameDuckRules().policy());
        Duration latest = deadlines.elapsed().plus(MAX_TO_RETURN);
        awaitSources(
                sources,
                "asking clients to disconnect",
                calls,
                () -> Durations.min(latest.minus(deadlines.elapsed()), deadlines.untilDrainEnds()));
    }

    private ShutdownReport.LameDuckEnd waitOut(boolean adaptive) {
        LameDuckRules rules = service.plan().lameDuckRules();
        Duration began = deadlines.elapsed();
        LameDuck watch =
                service.recorder().lameDuck(rules.minimum(), service.plan().lameDuck(), rules.senders());
        while (!lameDuckOver.isDone() && !deadlines.untilLameDuckEnds().isZero()) {
            Duration remaining = deadlines.untilLameDuckEnds();
            if (adaptive) {
                Duration untilSilent = watch.untilSilent();
                if (untilSilent.isZero()) {
                    return new ShutdownReport.LameDuckEnd(ShutdownReport.LameDuckReason.QUIET, null);
                }
                remaining = Durations.min(remaining, untilSilent);
            }
            service.ticker().await(lameDuckOver, remaining);
        }
        if (lameDuckOver.isDone()) {
            return new ShutdownReport.LameDuckEnd(ShutdownReport.LameDuckReason.SKIPPED, null);
        }
        Duration ifOneRouter = watch.endIfOneRouter();
        endIfOneRouter = ifOneRouter == null ? null : began.plus(ifOneRouter);
        return new ShutdownReport.LameDuckEnd(ShutdownReport.LameDuckReason.MAX, adaptive ? watch.heldBy() : null);
    }

    private void drain() {
        clock.begin();
        int closed = closeListeners(0);
        boolean startEnded = isDoneInDrain(service.starter().ended());
        closeListeners(closed); // of a source whose start has returned since
        isDoneInDrain(service.gate().closeWhenIdle());
        cutRemaining();
        if (!startEnded) {
            stopFailed = true;
            problems.add("the " + service.starter().step() + " had not returned after "
                    + Durations.text(deadlines.elapsed()));
        }
    }

    /** Closes the listeners of the started sources, except the first of them; returns the number of started sources. */
    private int closeListeners(int closed) {
        List<TrafficSource> started = service.starter().startedSources();
        List<TrafficSource> open = started.subList(closed, started.size());
        List<BoundedCall> calls = callSources(open, "close", TrafficSource::stopAccepting);
        awaitSources(open, "closing its listeners", calls, deadlines::untilDrainEnds);
        return started.size();
    }

    /** Waits for the event until the drain must end, and aborts the work of each kind whose own limit is over. */
    private boolean isDoneInDrain(CompletableFuture<Void> event) {
        while (!service.ticker().await(event, clock.untilNext())) {
            if (service.ticker().awaitAfterPause(event, clock.late())) {
                return true;
            }
            if (deadlines.untilDrainEnds().isZero()) {
                return false;
            }
            for (WorkKind kind : clock.takeOver()) {
                cutBeforeTheOthers(service.gate().cutAll(kind));
            }
        }
        return true;
    }

    private void cutBeforeTheOthers(List<Ticket> cutTickets) {
        cut(cutTickets, (MAX_CUT_REPORTED - cut.size()) / 2);
    }

    /** Does nothing if the gate has closed by itself. */
    private void cutRemaining() {
        service.gate().close(); // first: work admitted after the list was made would be aborted without a report
        List<Ticket> rest = service.gate().cutAll();
        cutBeforeTheOthers(service.gate().takeCutEarly()); // none is added once all are aborted
        cut(rest, MAX_CUT_REPORTED - cut.size());
    }

    private void cut(List<Ticket> cutTickets, int max) {
        List<Ticket> reported = cutTickets.stream().limit(max).toList();
        if (reported.isEmpty()) {
            return;
        }
        List<WorkInFlight> described =
                new Descriptions(service.plan().service(), service.ticker(), problems::add).of(reported);
        List<Thread> threads = described.stream()
                .map(WorkInFlight::thread)
                .filter(Objects::nonNull)
                .toList();
        Map<Thread, List<String>> frames = Threads.frames(threads, MAX_FRAMES);
        described.forEach(work -> cut.add(cutOf(work, frames)));
    }

    /** @param frames the stacks of threads, this one's among them */
    private static ShutdownReport.Cut cutOf(WorkInFlight work, Map<Thread, List<String>> frames) {
        Thread thread = work.thread();
        return new ShutdownReport.Cut(
                work.kind(),
                work.description(),
                work.age(),
                thread == null ? null : thread.getName(),
                thread == null ? List.of() : frames.getOrDefault(thread, List.of()));
    }

    private void stop() {
        service.engine().stop();
        List<TrafficSource> sources = service.starter().startedSources();
        stopper.stopAll(service.starter().startedComponents(), sources.size());
        stopper.closeAll(sources);
        String hanging = service.dispatcher().await(Durations.min(deadlines.untilStopEnds(), MAX_TO_RETURN));
        problems.addAll(service.dispatcher().problems());
        if (hanging != null) {
            problems.add(hanging + " has not returned");
        }
    }

    private ExitCode exitCode(int cutCount) {
        boolean allStopped = stopper.stops().stream().allMatch(stop -> stop.ending() == ShutdownReport.Ending.STOPPED);
        ExitCode stopping = stopFailed || !allStopped ? ExitCode.STOP_FAILED : ExitCode.CLEAN;
        return cutCount == 0 ? stopping : ExitCode.WORK_CUT;
    }

    @FunctionalInterface
    private interface SourceCall {
        void on(TrafficSource source) throws Exception;
    }

    private List<BoundedCall> callSources(List<TrafficSource> sources, String what, SourceCall call) {
        List<BoundedCall> begun = sources.stream()
                .map(source -> BoundedCall.begin(
                        "ebbtide-" + service.plan().service() + "-" + what + "-" + SourceNames.of(source),
                        () -> call.on(source),
                        service.ticker()))
                .toList();
        calls = begun;
        return begun;
    }

    private void awaitSources(
            List<TrafficSource> sources, String what, List<BoundedCall> calls, Supplier<Duration> remaining) {
        for (int i = 0; i < calls.size(); i++) {
            BoundedCall call = calls.get(i);
            String who = SourceNames.of(sources.get(i)) + ": " + what;
            if (!call.await(remaining.get())) {
                stopFailed = true;
                problems.add(who + " had not returned after " + Durations.text(call.took()) + call.stack());
            } else if (call.failure() != null) {
                stopFailed = true;
                problems.add(who + " failed: " + Redact.oneLine(call.failure()));
            }
        }
    }
}
