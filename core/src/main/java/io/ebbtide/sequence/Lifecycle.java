package io.ebbtide.sequence;

import io.ebbtide.budget.LameDuckReadiness;
import io.ebbtide.health.HealthControl;
import io.ebbtide.inflight.GateControl;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.ReserveThreads;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.peers.LateTraffic;
import io.ebbtide.peers.RequestWatcher;
import io.ebbtide.peers.TrafficRecorder;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The life of one service from its start to its end. Users obtain it through {@code io.ebbtide.Ebbtide}. Never touches
 * signals, hooks, {@code exit} or {@code halt}; {@code ProcessOwner} does. Safe for use by many threads.
 */
public final class Lifecycle {
    // Over 300 lines: the service as its parts see it, one short method for each query and each command.

    private static final Logger LOG = ServiceLog.LOG;

    private final Plan plan;
    private final HealthControl health;
    private final InFlight inFlight;
    private final GateControl gate;
    private final BackgroundLog log;
    private final Ticker ticker;
    private final TrafficRecorder recorder;
    private final Traffic traffic;
    private final StateMachine machine;
    private final ListenerDispatcher dispatcher;
    private final Starter starter;
    private final List<NamedComponent> frame = new CopyOnWriteArrayList<>();
    private final List<Consumer<LifecycleState>> views = new CopyOnWriteArrayList<>();
    private final List<Runnable> onStarted = new CopyOnWriteArrayList<>();
    private final List<Runnable> onShutdown = new CopyOnWriteArrayList<>();
    private final AtomicBoolean startCalled = new AtomicBoolean();
    private final AtomicReference<@Nullable ShutdownSequence> sequence = new AtomicReference<>();
    private final CompletableFuture<ShutdownReport> stopped = new CompletableFuture<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile Duration startTook = Duration.ZERO;
    private volatile boolean reportLogged;
    private final AtomicBoolean reportWritten = new AtomicBoolean();

    /** Creates a service that has not started. */
    public Lifecycle(Plan plan, HealthControl health, InFlight inFlight, BackgroundLog log, Ticker ticker) {
        this.plan = plan;
        this.health = health;
        this.inFlight = inFlight;
        gate = new GateControl(inFlight);
        this.log = log;
        this.ticker = ticker;
        recorder = new TrafficRecorder(ticker);
        traffic = new Traffic(inFlight, recorder);
        machine = new StateMachine(ticker, this::moved);
        dispatcher = new ListenerDispatcher(plan.service(), plan.listeners(), log, ticker);
        starter = new Starter(frame, plan, health, traffic, () -> sequence.get() == null);
    }

    /** Returns its name. */
    public String service() {
        return plan.service();
    }

    /** Returns the clocks of the service. */
    public Ticker ticker() {
        return ticker;
    }

    /** Returns the current state. */
    public LifecycleState state() {
        return machine.state();
    }

    /** Returns its parts and settings. */
    public Plan plan() {
        return plan;
    }

    /** Returns how long a state has lasted, whether it is over or not; zero if it has not been entered. */
    public Duration timeIn(LifecycleState state) {
        return machine.timeIn(state);
    }

    /** Whether the service is or was in this state. */
    public boolean hasEntered(LifecycleState state) {
        return machine.hasEntered(state);
    }

    /** Returns the used part of the grace: the time of preStop before the signal, and the time since; zero before the signal. */
    public Duration graceUsed() {
        Deadlines now = deadlines();
        return now == null ? Duration.ZERO : now.budget().preStop().plus(now.elapsed());
    }

    /** Notifies a watcher of each request that is answered; null for none. */
    public void watchRequests(@Nullable RequestWatcher watcher) {
        recorder.watch(watcher);
    }

    /** Returns the requests that have arrived since the shutdown began. */
    public LateTraffic late() {
        return recorder.late();
    }

    /** Whether the checks decide readiness; false if it fails whatever they report. */
    public boolean isInRotation() {
        return switch (state()) {
            case RUNNING -> true;
            case LAME_DUCK -> plan.lameDuckRules().readiness() == LameDuckReadiness.STAY;
            case STARTING, DRAINING, STOPPING, STOPPED -> false;
        };
    }

    /**
     * Notifies a view of every change of state.
     *
     * @param view called on the thread that changes the state; must not block
     */
    public void onMove(Consumer<LifecycleState> view) {
        views.add(view);
    }

    /**
     * Runs a task once the service is RUNNING, before {@link #start} returns.
     *
     * @param task called on the thread that starts the service, under no lock; may take a moment
     */
    public void onStarted(Runnable task) {
        onStarted.add(task);
    }

    /** Adds a part of the frame: started before, and stopped after, everything else. Only before the start. */
    public void surroundWith(NamedComponent component) {
        frame.add(component);
    }

    /**
     * Starts on the calling thread; returns once the service is RUNNING.
     *
     * @throws IllegalStateException if it was started before, if a step of the start fails (the cause), or if a
     *     shutdown begins during the start; in the last two cases all that had been started is stopped again first
     */
    public void start() {
        if (!startCalled.compareAndSet(false, true)) {
            throw startedAlready();
        }
        long began = ticker.nanos();
        try {
            starter.start();
        } catch (Throwable e) { // an Error in a start must stop what was started, too
            throw stoppedInstead(e);
        }
        if (isShuttingDown() || !machine.move(LifecycleState.RUNNING)) {
            throw stoppedInstead(null);
        }
        startTook = ticker.since(began);
        for (Runnable each : onStarted) {
            each.run();
        }
    }

    /** Returns how long {@link #start} took until the service was RUNNING; zero before. */
    public Duration startTook() {
        return startTook;
    }

    /**
     * Does nothing before {@link #start} is called.
     *
     * @throws IllegalStateException after that
     */
    public void expectNotStarted() {
        if (startCalled.get()) {
            throw startedAlready();
        }
    }

    private IllegalStateException startedAlready() {
        return new IllegalStateException(
                "service '%s' is %s (expected: not started yet); build a new one".formatted(service(), state()));
    }

    /** Waits for the end of a service that never ran; returns the exception with the reason. */
    private IllegalStateException stoppedInstead(@Nullable Throwable failure) {
        if (failure != null && !isShuttingDown()) {
            String what = "the " + starter.step() + " of '" + service() + "' failed";
            Object why = StartFailure.isExplained(failure) ? Redact.oneLine(failure) : Redact.trace(failure);
            log.write(LOG, to -> to.error("{}: {}", what, why));
            begin(new ShutdownSequence(parts(), what, ShutdownMode.AT_ONCE), failure);
        }
        ShutdownReport report = awaitStopped();
        boolean failed = report.exitCode() == ExitCode.START_FAILED;
        return new IllegalStateException(
                failed
                        ? report.reason()
                        : "'%s' was shut down while it started: %s".formatted(service(), report.reason()),
                failure);
    }

    /** Begins to shut down, once; returns at once. A later call changes nothing. */
    public void shutdown(String reason, ShutdownMode mode) {
        begin(new ShutdownSequence(parts(), reason, mode), null);
    }

    /** Ends the lame duck now, if the service is shutting down. */
    public void skipLameDuck() {
        ShutdownSequence now = sequence.get();
        if (now != null) {
            now.skipLameDuck();
        }
    }

    /** Gives up the work, the steps of the start and the stop calls whose threads can never end them. */
    public void giveUp(Predicate<Thread> lost) {
        giveUpWork(lost, "its thread is blocked in System.exit");
        starter.giveUp(lost);
        ShutdownSequence now = sequence.get();
        if (now != null) {
            now.giveUp(lost);
        }
    }

    private void giveUpWork(Predicate<Thread> lost, String why) {
        for (WorkInFlight work : gate.giveUp(lost)) {
            log.write(LOG, to -> to.warn("'{}' no longer waits for {}: {}", service(), work.description(), why));
        }
    }

    /**
     * Waits until the service is STOPPED.
     *
     * @param timeout the maximum wait; more than 73 years count as 73 years
     * @throws TimeoutException if it is not stopped in time; the message names the work in flight
     * @throws InterruptedException if interrupted while waiting
     */
    public ShutdownReport awaitStopped(Duration timeout) throws InterruptedException, TimeoutException {
        try {
            return stopped.get(Durations.nanos(Expect.present(timeout, "timeout")), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TimeoutException("'%s' is %s after waiting %s (expected: STOPPED) with %s"
                    .formatted(service(), state(), Durations.text(timeout), inFlight.text()));
        } catch (ExecutionException e) {
            throw new IllegalStateException("'" + service() + "' could not be stopped", e.getCause());
        }
    }

    /** Waits until the service is STOPPED, however long that takes; an interrupt during the wait stays set. */
    public ShutdownReport awaitStopped() {
        ticker.await(stopped, Duration.ofNanos(Long.MAX_VALUE / 4));
        return stopped.join();
    }

    /** Waits until the service is STOPPED, at most for the bound; returns whether it is. */
    public boolean isStoppedWithin(Duration bound) {
        return ticker.await(stopped, bound);
    }

    /** Whether the logger accepted the report in time. */
    public boolean isReportLogged() {
        return reportLogged;
    }

    /** Returns true for the first call only: the threads in run() and the shutdown hook may both try to write the report. */
    public boolean isFirstToWriteItsReport() {
        return reportWritten.compareAndSet(false, true);
    }

    /** Returns the maximum time from a signal to the alarm. */
    public Duration untilAlarmAtMost() {
        return new Deadlines(ticker, ticker.nanos(), plan.budget()).untilAlarm();
    }

    /** Whether the service is STOPPED. */
    public boolean isStopped() {
        return stopped.isDone();
    }

    /** Whether the shutdown has begun. */
    public boolean isShuttingDown() {
        return sequence.get() != null;
    }

    /** Returns the deadlines of the shutdown; null if none has begun. */
    public @Nullable Deadlines deadlines() {
        ShutdownSequence now = sequence.get();
        return now == null ? null : now.deadlines();
    }

    /** Logs a warning on the log's own thread, so that a hanging appender delays no other thread. */
    public void warn(String line) {
        log.write(LOG, to -> to.warn("'{}': {}", service(), line));
    }

    /** Logs a line of information on the log's own thread. */
    public void note(String line) {
        log.write(LOG, to -> to.info("'{}': {}", service(), line));
    }

    /**
     * Waits until the drain is over, and never for the work of the calling thread.
     *
     * @param bound the maximum wait; zero or less checks once
     * @return whether it is over; an interrupt during the wait stays set
     */
    public boolean isDrainedWithin(Duration bound) {
        if (isShuttingDown() && !drained.isDone()) {
            Thread caller = Thread.currentThread();
            giveUpWork(thread -> thread == caller, "its thread waits for the end of the drain");
        }
        return ticker.await(drained, bound);
    }

    /** Returns the current step of the service, for the emergency report, which has no time to find out. */
    public String step() {
        ShutdownSequence now = sequence.get();
        return now == null ? starter.step() : now.step();
    }

    /** Returns why and since when it shuts down; null if it does not. */
    public @Nullable String reason() {
        ShutdownSequence now = sequence.get();
        return now == null ? null : now.reason() + " at " + now.at();
    }

    /** Returns the work in flight. */
    public InFlight inFlight() {
        return inFlight;
    }

    /** Runs a watcher when the shutdown begins, on the thread that begins it. */
    public void onShutdown(Runnable watcher) {
        onShutdown.add(watcher);
    }

    private void begin(ShutdownSequence wanted, @Nullable Throwable startFailure) {
        if (!sequence.compareAndSet(null, wanted)) {
            return;
        }
        try {
            wanted.begin();
            if (!startCalled.get()) {
                starter.skip();
            }
            onShutdown.forEach(Runnable::run);
        } finally { // also without memory: no other call begins the shutdown
            startSequence(wanted, startFailure);
        }
    }

    private void startSequence(ShutdownSequence wanted, @Nullable Throwable startFailure) {
        // no daemon: the JVM must not end during a drain because the main thread has returned
        boolean isStarted = ReserveThreads.ofProcess()
                .startUserThread("ebbtide-" + service() + "-shutdown", () -> runShutdown(wanted, startFailure));
        if (!isStarted) { // better on this thread than not at all
            runShutdown(wanted, startFailure);
        }
    }

    private void runShutdown(ShutdownSequence now, @Nullable Throwable startFailure) {
        var completion = new ShutdownCompletion(service(), now.deadlines(), dispatcher, log, ticker);
        CompletionStage<ShutdownReport> outcome;
        try {
            ShutdownReport report = now.run(startFailure);
            completion.report(report);
            outcome = CompletableFuture.completedStage(report);
        } catch (Throwable e) { // a fault of our own: callers must not wait for ever
            completion.fault(e);
            outcome = CompletableFuture.failedStage(e);
        }
        completion.closeFrame(starter.startedFrame());
        reportLogged = completion.end();
        outcome.whenComplete((report, fault) -> {
            if (fault == null) {
                stopped.complete(report);
            } else {
                stopped.completeExceptionally(fault);
            }
        });
    }

    private void moved(LifecycleState from, LifecycleState to) {
        for (Consumer<LifecycleState> view : views) {
            notify(view, to);
        }
        if (to == LifecycleState.STOPPING || to == LifecycleState.STOPPED) {
            drained.complete(null);
        }
        dispatcher.entered(to);
        ShutdownSequence now = sequence.get();
        String why = from == LifecycleState.STARTING || from == LifecycleState.RUNNING
                ? now == null ? "" : ": " + now.reason()
                : "";
        int count = inFlight.count();
        log.write(LOG, logger -> logger.info("'{}' is {}{}, {} in flight", service(), to, why, count));
    }

    private void notify(Consumer<LifecycleState> view, LifecycleState state) {
        try {
            view.accept(state);
        } catch (RuntimeException | Error e) { // one view must not keep the next from being notified
            log.write(
                    LOG,
                    to -> to.error(
                            "updating probes or meters after a change of the state of '{}' failed: {}",
                            service(),
                            Redact.trace(e)));
        }
    }

    private ShutdownSequence.Service parts() {
        return new ShutdownSequence.Service(
                plan, machine, starter, recorder, inFlight, gate, health, dispatcher, ticker);
    }
}
