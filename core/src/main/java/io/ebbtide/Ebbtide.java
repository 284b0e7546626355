package io.ebbtide;

import io.ebbtide.health.Health;
import io.ebbtide.health.Hold;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.management.ManagementServer;
import io.ebbtide.process.ProcessOwner;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.sequence.ShutdownMode;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A service, from its start to its shutdown. It starts components and traffic sources in order, answers liveness,
 * readiness and startup probes, and shuts down without losing the work in flight.
 *
 * <p>A service moves through the states {@code STARTING}, {@code RUNNING}, {@code LAME_DUCK} (a shutdown is requested;
 * everything is still served while clients and balancers go elsewhere), {@code DRAINING} (ports are closed; work in
 * flight finishes), {@code STOPPING} (components stop in reverse order) and {@code STOPPED}. All states from the signal
 * on share one budget, the grace: 30 s under Kubernetes and 10 s without an orchestrator, unless {@link Settings} say
 * otherwise.
 *
 * <pre>{@code
 * Ebbtide.builder("orders")
 *         .component("db", pool)
 *         .serve(UndertowSource.http(8080, handler))
 *         .management() // probes at port 8558
 *         .run(); // serves until SIGTERM, drains, exits
 * }</pre>
 *
 * <p>{@link #run} owns the process: signals, hook, watchdog, exit code. {@link #start}, {@link #shutdown} and {@link
 * #close} never touch these, so that tests and several services in one JVM are safe.
 *
 * <p>Create with {@link #builder}. Safe for use by many threads.
 */
public final class Ebbtide implements AutoCloseable {
    private final Lifecycle lifecycle;
    private final Health health;
    private final InFlight inFlight;
    private final @Nullable ManagementServer management;
    private final Duration grace;
    private final BooleanSupplier interactive;
    private final @Nullable String terminationLog;
    private final Runnable announceAgain;

    /** @param announceAgain logs the announcement again where SLF4J has no provider */
    Ebbtide(
            Lifecycle lifecycle,
            Health health,
            InFlight inFlight,
            @Nullable ManagementServer management,
            Duration grace,
            BooleanSupplier interactive,
            @Nullable String terminationLog,
            Runnable announceAgain) {
        this.lifecycle = lifecycle;
        this.health = health;
        this.inFlight = inFlight;
        this.management = management;
        this.grace = grace;
        this.interactive = interactive;
        this.terminationLog = terminationLog;
        this.announceAgain = announceAgain;
    }

    /**
     * Begins to build a service.
     *
     * @param service its name in logs, metrics, reports and threads; not blank
     */
    public static EbbtideBuilder builder(String service) {
        return new EbbtideBuilder(service);
    }

    /**
     * Starts the service, serves until a signal (or {@link #shutdown}), drains, and ends the process with an
     * {@link io.ebbtide.report.ExitCode}. Owns the process while it runs: handles SIGTERM and SIGINT, has a shutdown hook
     * and a watchdog that halts the process before the grace is over. Where no handler can be installed (a runtime without
     * jdk.unsupported, or the handler of another component), the hook drains.
     *
     * <p>The library's log lines go to standard error where SLF4J has no provider.
     *
     * <p>Returns only if another service is still under {@code run()}, which then ends the process with the worst code of
     * all, or if the JVM is shutting down already.
     */
    public void run() {
        announceAgain.run();
        ProcessOwner.run(lifecycle, interactive, terminationLog);
    }

    /**
     * Starts the service on the calling thread, and returns once it is {@link LifecycleState#RUNNING}. Never touches
     * signals, hooks or the process.
     *
     * @return this service
     * @throws IllegalStateException if it was started before, if a component, traffic source or start-up task fails (the
     *     cause), or if a shutdown begins during the start; in the last two cases everything that had been started is
     *     stopped again first
     */
    public Ebbtide start() {
        lifecycle.start();
        return this;
    }

    /**
     * Starts the service as {@link #start} does, and owns the process: for a framework that has a thread of its own to start
     * the application and goes on after that. A signal, or the JVM's shutdown, shuts the service down and ends the process, as
     * under {@link #run}. After {@link #shutdown}, {@link #close} or a failed start the process goes on without the service, and
     * a signal does what it does by default.
     *
     * @return this service
     * @throws IllegalStateException as {@link #start} does
     */
    public Ebbtide startOwningProcess() {
        announceAgain.run();
        ProcessOwner.start(lifecycle, interactive, terminationLog);
        return this;
    }

    /**
     * Begins to shut down without a lame duck, and returns at once; may be called from a request. A later call changes
     * nothing.
     *
     * @param reason for log and report; not blank
     */
    public void shutdown(String reason) {
        lifecycle.shutdown(Expect.text(reason, "reason"), ShutdownMode.AT_ONCE);
    }

    /**
     * Begins to shut down as at a signal under {@link #run()}: the service continues to serve during the lame duck, while load
     * balancers notice the removal, and drains afterwards. For components that receive the signal themselves, such as a servlet
     * container. Returns at once; may be called from a request. A later call changes nothing, except that {@link #close} ends the
     * lame duck.
     *
     * @param reason for log and report; not blank
     */
    public void shutdownWithLameDuck(String reason) {
        lifecycle.shutdown(Expect.text(reason, "reason"), ShutdownMode.WITH_LAME_DUCK);
    }

    /**
     * Waits until the drain is over: no work is in flight any more, or the time for it is, and components are about to stop. May
     * be called from a request, as by a controller that closes the application's container: work of the calling thread, which
     * cannot end before this method returns, is no longer waited for once the service shuts down.
     *
     * @param timeout the maximum wait; zero or less checks once
     * @return whether the drain is over; false, too, if no shutdown began in time. An interrupt does not end the wait, and stays
     *     set
     */
    public boolean awaitDrained(Duration timeout) {
        return lifecycle.isDrainedWithin(Expect.present(timeout, "timeout"));
    }

    /**
     * Waits until the service is {@link LifecycleState#STOPPED}.
     *
     * @param timeout the maximum wait, not null; zero or less returns the report only if the service is stopped
     * @return the report of the shutdown
     * @throws TimeoutException if it is not stopped in time; the message names the work in flight
     * @throws InterruptedException if interrupted while waiting
     */
    public ShutdownReport awaitStopped(Duration timeout) throws InterruptedException, TimeoutException {
        return lifecycle.awaitStopped(timeout);
    }

    /**
     * Shuts the service down without a lame duck, or without the rest of it, and waits until it is stopped, at most for the
     * grace. A call before that waits, too; one after it does nothing.
     *
     * @throws IllegalStateException if work was aborted or something did not stop as expected; the message is the report. Also
     *     if the grace was over or the wait was interrupted before the service was stopped; the message says which
     */
    @Override
    public void close() {
        boolean already = lifecycle.state() == LifecycleState.STOPPED;
        shutdown("close()");
        lifecycle.skipLameDuck();
        try {
            ShutdownReport report = awaitStopped(grace);
            if (!already && !report.isClean()) {
                throw new IllegalStateException(report.json());
            }
        } catch (TimeoutException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while waiting at most %s for the end of '%s'"
                            .formatted(Durations.text(grace), lifecycle.service()),
                    e);
        }
    }

    /** Returns the current state. */
    public LifecycleState state() {
        return lifecycle.state();
    }

    /** Returns its checks, holds and verdicts. */
    public Health health() {
        return health;
    }

    /**
     * Takes the service out of rotation until the hold is closed; see {@link Health#hold}.
     *
     * @param reason shown by the probes
     */
    public Hold hold(String reason) {
        return health.hold(reason);
    }

    /**
     * Fails liveness for good; see {@link Health#markBroken}.
     *
     * @param reason shown by the probes
     */
    public void markBroken(String reason) {
        health.markBroken(reason);
    }

    /** Returns its work in flight; code that brings work in without an adapter enters it here. */
    public InFlight inFlight() {
        return inFlight;
    }

    /**
     * Begins a unit of work that is not a request: the drain waits for it. Never blocks.
     *
     * <pre>{@code
     * try (Ticket work = service.work("reindex", WorkKind.JOB)) {
     *     while (index.hasMore() && work.remaining().compareTo(ONE_STEP) > 0) {
     *         index.step();
     *     }
     *     index.save();
     * }
     * }</pre>
     *
     * @param description its name in lists and reports; no secrets
     * @return a ticket, to be closed once the work is over
     * @throws java.util.concurrent.RejectedExecutionException if the service is drained
     */
    public Ticket work(String description, WorkKind kind) {
        return inFlight.enter(kind, description);
    }

    /** Returns the port of the management server; -1 if there is none, or before the start. */
    public int managementPort() {
        return management == null ? -1 : management.port();
    }
}
