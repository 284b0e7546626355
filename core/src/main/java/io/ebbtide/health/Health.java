package io.ebbtide.health;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Scheduler;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the service is: its checks, its holds, its verdicts. Got from {@code Ebbtide.health()}. Safe for use by many
 * threads; no method blocks.
 */
public final class Health {
    /*
     * A change is published as one immutable snapshot. Verdicts and holds at once; details, which change with every
     * run, at most once a second, because a snapshot costs as much as there are checks.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final String service;
    private final BackgroundLog log;
    private final Scheduler scheduler;
    private final ThreadPoolExecutor threads;
    private final CheckRunner.Engine engine;
    private final List<CheckRunner> runners = new CopyOnWriteArrayList<>();
    private final List<Runnable> views = new CopyOnWriteArrayList<>();
    private final List<HoldFor> holds = new CopyOnWriteArrayList<>();
    private final AtomicBoolean publishing = new AtomicBoolean();
    private final AtomicBoolean publishSoon = new AtomicBoolean();
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile @Nullable String broken;
    private volatile Snapshot snapshot = new Snapshot(List.of(), List.of(), null, false);

    /** The health of a service with no checks yet. */
    public Health(String service, Ticker ticker, BackgroundLog log) {
        this(service, ticker, log, Scheduler.onThread("ebbtide-" + service + "-checks"));
    }

    Health(String service, Ticker ticker, BackgroundLog log, Scheduler scheduler) {
        this.service = service;
        this.log = log;
        this.scheduler = scheduler;
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE, // one for each check at the very most, as each has one run at a time
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Threads.named("ebbtide-" + service + "-check"));
        engine = new CheckRunner.Engine(
                service, ticker, scheduler, threads, log, this::publishVerdict, this::publishSoon);
    }

    /**
     * Adds a check.
     *
     * @throws IllegalArgumentException if the name is taken, or a dependency is registered for liveness
     */
    public void register(String name, ProbeKind kind, Check check) {
        Expect.text(name, "name");
        Expect.present(check, "check");
        if (runners.stream().anyMatch(runner -> runner.name().equals(name))) {
            throw Expect.wrong("check", "'" + name + "'", "a name that no other check of '" + service + "' has");
        }
        if (kind == ProbeKind.LIVENESS && check.isDependency()) {
            throw Expect.wrong(
                    "liveness check",
                    "'" + name + "' looks at a dependency",
                    "a look at this process alone: when a dependency fails, restarting every replica mends nothing and "
                            + "adds a restart storm; register it for readiness");
        }
        runners.add(new CheckRunner(name, kind, check, engine));
        publish();
    }

    /** Begins to run the checks, all of them now. */
    public void start() {
        running.set(true);
        runners.forEach(CheckRunner::start);
        publish();
        inspectLater();
    }

    /** Ends all checks; the verdicts stay as they are. A second call does nothing. */
    public void stop() {
        running.set(false);
        runners.forEach(CheckRunner::stop);
        scheduler.close();
        threads.shutdownNow();
    }

    /** All verdicts at this moment. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /**
     * Takes the service out of rotation, for maintenance for example, until the hold is closed. When this returns the
     * readiness probe fails. Several holds may be had at once.
     *
     * @param reason shown by the probes
     */
    public Hold hold(String reason) {
        var hold = new HoldFor(Expect.text(reason, "reason"));
        holds.add(hold);
        publish();
        log.write(LOG, to -> to.info("'{}' is held out of rotation: {}", service, reason));
        return hold;
    }

    /**
     * Fails liveness for good: the process asks to be killed and started anew. There is no way back; a second call
     * changes nothing.
     *
     * @param reason shown by the probes
     */
    public void broken(String reason) {
        Expect.text(reason, "reason");
        synchronized (this) {
            if (broken != null) {
                return;
            }
            broken = reason;
        }
        publish();
        log.write(LOG, to -> to.error("'{}' is broken and asks to be restarted: {}", service, reason));
    }

    /**
     * Has a view told of every new snapshot.
     *
     * @param view called by one thread at a time, under a lock: reads {@link #snapshot()}, must not block
     */
    public void onChange(Runnable view) {
        views.add(view);
    }

    private void publishSoon() {
        if (publishSoon.compareAndSet(false, true)) {
            scheduler.after(SOON, this::publish);
        }
    }

    /** Many verdicts may turn at once: whoever finds another waiting to publish leaves it to that one. */
    private void publishVerdict() {
        if (publishing.compareAndSet(false, true)) {
            publish();
        }
    }

    private void publish() {
        boolean startedNow;
        synchronized (this) {
            publishing.set(false);
            publishSoon.set(false);
            startedNow = !snapshot.started() && running.get() && startupChecksAreUp();
            snapshot = new Snapshot(
                    runners.stream().map(CheckRunner::status).toList(),
                    holds.stream().map(HoldFor::reason).toList(),
                    broken,
                    snapshot.started() || startedNow);
            views.forEach(this::tell);
        }
        if (startedNow) {
            runners.stream().filter(Health::isStartup).forEach(CheckRunner::stop);
        }
    }

    private void tell(Runnable view) {
        try {
            view.run();
        } catch (RuntimeException e) { // one view must not keep the next from being told
            log.write(LOG, to -> to.error("a view of the health of '{}' failed: {}", service, Redact.trace(e)));
        }
    }

    private void inspectLater() {
        scheduler.after(SOON, () -> {
            runners.forEach(CheckRunner::inspect);
            inspectLater();
        });
    }

    private boolean startupChecksAreUp() {
        return runners.stream()
                .filter(Health::isStartup)
                .allMatch(runner -> runner.status().status() == Status.UP);
    }

    private static boolean isStartup(CheckRunner runner) {
        return runner.kind() == ProbeKind.STARTUP;
    }

    private final class HoldFor implements Hold {
        private final String reason;

        HoldFor(String reason) {
            this.reason = reason;
        }

        String reason() {
            return reason;
        }

        @Override
        public void close() {
            if (holds.remove(this)) {
                publish();
                log.write(LOG, to -> to.info("'{}' is no longer held out of rotation: {}", service, reason));
            }
        }
    }
}
