package io.ebbtide.health;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Scheduler;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health of a service: the verdicts of its checks, and its holds.
 *
 * <p>Each check runs in the background, every 5 s unless configured. Its first outcome decides its verdict. Later it
 * becomes DOWN after three failures in a row, and UP again after two successes in a row. A verdict that no run renews
 * for 30 s no longer counts. All verdicts at one moment are a {@link Snapshot}, from which the probes answer, so that a
 * probe never waits for a check. A <em>hold</em> takes the service out of rotation for a time, for example during
 * maintenance; a service that is <em>broken</em> fails its liveness for good.
 *
 * <pre>{@code
 * try (Hold hold = service.health().hold("reindexing")) {
 *     reindex(); // readiness answers 503, requests are still served
 * }
 * Status readiness = service.health().snapshot().readiness();
 * }</pre>
 *
 * <p>Obtained from {@code Ebbtide.health()}. Safe for use by many threads; no method blocks.
 */
public final class Health {
    /*
     * A change is published as one immutable snapshot. Verdicts and holds are published at once; details, which change
     * with every run, at most once a second, because the cost of a snapshot grows with the number of checks; where that
     * cost is high, less often, so that publishing uses at most a hundredth of one core.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATEST = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final Duration GRACE_FOR_INSPECTION = Duration.ofSeconds(5);

    /** A snapshot, and until when it is valid although no newer one was published. */
    private record Published(Snapshot snapshot, OptionalLong goodUntilNanos) {
        boolean isOutlived(Ticker ticker) {
            return goodUntilNanos.isPresent() && ticker.nanos() - goodUntilNanos.getAsLong() > 0;
        }
    }

    /** A snapshot that was found to have outlived its time, and when that was first found. */
    private record Stall(Published published, long sinceNanos) {}

    private final String service;
    private final BackgroundLog log;
    private final Scheduler scheduler;
    private final Ticker ticker;
    private final CheckThreads threads;
    private final CheckThreads platformThreads;
    private final CheckRunner.Engine engine;
    private final List<CheckRunner> runners = new CopyOnWriteArrayList<>();
    /** Checks that were added while the others run, and have had no outcome yet. */
    private final List<CheckRunner> joining = new CopyOnWriteArrayList<>();

    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final List<Runnable> views = new CopyOnWriteArrayList<>();
    private final List<HoldFor> holds = new CopyOnWriteArrayList<>();
    private final AtomicBoolean publishing = new AtomicBoolean();
    private final AtomicBoolean publishSoon = new AtomicBoolean();
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile long publishPauseNanos = SOON.toNanos();
    private volatile @Nullable Stall stall;
    private long inspectedNanos;
    private volatile @Nullable String brokenReason;
    /** Whether checks were added that have not been published. */
    private volatile boolean isOutdated;

    private volatile Published published =
            new Published(new Snapshot(List.of(), List.of(), null, false), OptionalLong.empty());

    /** The health of a service with no checks yet. */
    public Health(String service, Ticker ticker, BackgroundLog log) {
        this(
                service,
                ticker,
                log,
                Scheduler.onThread("ebbtide-" + service + "-checks", Expect.present(ticker, "ticker")));
    }

    Health(String service, Ticker ticker, BackgroundLog log, Scheduler scheduler) {
        this.service = service;
        this.log = log;
        this.scheduler = scheduler;
        this.ticker = ticker;
        threads = CheckThreads.virtualIfUseful("ebbtide-" + service + "-check", scheduler);
        platformThreads = CheckThreads.platform("ebbtide-" + service + "-check", scheduler);
        engine = new CheckRunner.Engine(
                service, ticker, scheduler, threads, platformThreads, log, this::publishVerdict, this::publishSoon);
    }

    /**
     * Adds a check.
     *
     * @throws IllegalArgumentException if the name is taken, or a dependency is registered for liveness
     * @throws IllegalStateException if the checks are running already
     */
    void register(String name, ProbeKind kind, Check check) {
        Expect.name(name, "name");
        Expect.present(check, "check");
        if (running.get()) {
            throw new IllegalStateException(
                    "check: '%s' of '%s' was registered after the start (expected: before it); register it with the builder"
                            .formatted(name, service));
        }
        runners.add(runner(name, kind, check));
        isOutdated = true; // published when first asked for: to publish each of many checks takes long
        if (!views.isEmpty()) {
            publish();
        }
    }

    /**
     * Adds a check at any time. One that is added while the others run belongs to the snapshot, and decides about its probe, from its
     * first outcome on: a service in rotation stays there while a new check runs for the first time.
     *
     * @throws IllegalArgumentException if the name is taken, or a dependency is registered for liveness
     */
    void join(String name, ProbeKind kind, Check check) {
        CheckRunner runner;
        synchronized (this) {
            if (!running.get()) {
                register(name, kind, check);
                return;
            }
            runner = runner(Expect.name(name, "name"), kind, Expect.present(check, "check"));
            joining.add(runner);
        }
        runner.start();
    }

    private CheckRunner runner(String name, ProbeKind kind, Check check) {
        if (names.contains(name)) {
            throw Expect.wrong("check", "'" + name + "'", "a name that no other check of '" + service + "' has");
        }
        if (kind == ProbeKind.LIVENESS && check.isDependency()) {
            throw Expect.wrong(
                    "liveness check",
                    "'" + name + "' checks a dependency",
                    "a check of this process alone: when a dependency fails, restarting every replica fixes nothing and "
                            + "adds a restart storm; register it for readiness");
        }
        var runner = new CheckRunner(name, kind, check, engine);
        names.add(name);
        return runner;
    }

    /** Begins to run the checks, all of them now. A second call does nothing. */
    void start() {
        synchronized (this) {
            if (!running.compareAndSet(false, true)) {
                return;
            }
        }
        for (CheckRunner runner : runners) {
            runner.start();
        }
        publish();
        inspectedNanos = ticker.nanos();
        scheduler.every(SOON, this::inspect);
    }

    /** Ends all checks; the verdicts stay as they are. A second call does nothing. */
    void stop() {
        running.set(false);
        runners.forEach(CheckRunner::stop);
        joining.forEach(CheckRunner::stop);
        scheduler.close();
        threads.close();
        platformThreads.close();
        publish();
    }

    /**
     * Returns all verdicts at this moment. If the engine itself has stopped, because of an error or because no thread
     * was available, its last verdicts do not outlive their time: from then on they are shown as stale.
     */
    public Snapshot snapshot() {
        if (isOutdated) {
            publish();
        }
        Snapshot last = published.snapshot();
        return isStalled() ? last.stale() : last;
    }

    /**
     * Whether the verdicts have outlived their time because the engine no longer renews or inspects them. A process
     * that did not run for a while (frozen, paused, moved to another machine) also finds them outlived, before its
     * engine has had a turn: so this returns true only if they still are some seconds after that was first seen.
     */
    @SuppressWarnings("ReferenceEquality") // the same publication, not an equal one
    public boolean isStalled() {
        Published last = published;
        if (!last.isOutlived(ticker)) {
            return false;
        }
        long now = ticker.nanos();
        Stall seen = stall;
        if (seen == null || seen.published() != last) {
            stall = new Stall(last, now);
            return false;
        }
        return now - seen.sinceNanos() > GRACE_FOR_INSPECTION.toNanos();
    }

    /**
     * Takes the service out of rotation, for maintenance for example, until the hold is closed. When this returns, the
     * readiness probe fails. Several holds may exist at once.
     *
     * @param reason shown by the probes
     */
    public Hold hold(String reason) {
        String shown = Printable.line(Redact.text(Expect.text(reason, "reason")));
        var hold = new HoldFor(shown);
        holds.add(hold);
        publish();
        log.write(LOG, to -> to.info("'{}' is held out of rotation: {}", service, shown));
        return hold;
    }

    /**
     * Fails liveness for good: the process asks to be killed and started anew. This cannot be undone; a second call
     * changes nothing.
     *
     * @param reason shown by the probes
     */
    public void markBroken(String reason) {
        String shown = Printable.line(Redact.text(Expect.text(reason, "reason")));
        synchronized (this) {
            if (brokenReason != null) {
                return;
            }
            brokenReason = shown;
        }
        publish();
        log.write(LOG, to -> to.error("'{}' is broken and asks to be restarted: {}", service, shown));
    }

    /**
     * Adds a view that is notified of every new snapshot.
     *
     * @param view called by one thread at a time, under a lock: reads {@link #snapshot()}, must not block
     */
    public void onChange(Runnable view) {
        views.add(view);
    }

    private void publishSoon() {
        if (publishSoon.compareAndSet(false, true)) {
            try {
                scheduler.after(Duration.ofNanos(publishPauseNanos), this::publish);
            } catch (RuntimeException | Error e) { // or no later change would be published
                publishSoon.set(false);
                throw e;
            }
        }
    }

    /** Many verdicts may change at once: a thread that finds another one about to publish need not publish itself. */
    private void publishVerdict() {
        if (publishing.compareAndSet(false, true)) {
            publish();
        }
    }

    private void publish() {
        boolean startedNow;
        synchronized (this) {
            long began = ticker.nanos();
            publishing.set(false);
            publishSoon.set(false);
            isOutdated = false; // before the checks are read: one that is added now is published next time
            if (!joining.isEmpty()) {
                admitJoining();
            }
            boolean startedBefore = published.snapshot().started();
            startedNow = !startedBefore && running.get() && startupChecksAreUp();
            published = new Published(
                    new Snapshot(statuses(), reasonsToHold(), brokenReason, startedBefore || startedNow),
                    goodUntilNanos());
            for (Runnable view : views) {
                notifyView(view);
            }
            long cost = ticker.nanos() - began;
            publishPauseNanos = Math.max(SOON.toNanos(), Math.min(100 * cost, LATEST.toNanos()));
        }
        if (startedNow) {
            for (CheckRunner runner : runners) {
                if (isStartup(runner)) {
                    runner.stop();
                }
            }
        }
    }

    private void admitJoining() {
        List<CheckRunner> known =
                joining.stream().filter(runner -> runner.status().known()).toList();
        runners.addAll(known);
        joining.removeAll(known);
    }

    private List<CheckStatus> statuses() {
        var statuses = new ArrayList<CheckStatus>();
        for (CheckRunner runner : runners) {
            statuses.add(runner.status());
        }
        return statuses;
    }

    private List<String> reasonsToHold() {
        var reasons = new ArrayList<String>();
        for (HoldFor hold : holds) {
            reasons.add(hold.reason());
        }
        return reasons;
    }

    private void notifyView(Runnable view) {
        try {
            view.run();
        } catch (RuntimeException | Error e) { // one view must not keep the next from being notified
            log.write(
                    LOG,
                    to -> to.error(
                            "updating probes or meters after a change of the health of '{}' failed: {}",
                            service,
                            Redact.trace(e)));
        }
    }

    /** Also repairs the effects of a lack of memory: a check that would not run again, a snapshot that is too old. */
    private void inspect() {
        long now = ticker.nanos();
        long paused = now - inspectedNanos - SOON.toNanos();
        inspectedNanos = now;
        runners.forEach(runner -> inspect(runner, paused));
        joining.forEach(runner -> inspect(runner, paused));
        if (published.isOutlived(ticker)) {
            publish();
        }
    }

    private void inspect(CheckRunner runner, long pausedNanos) {
        try {
            if (pausedNanos > PAUSE.toNanos()) {
                runner.forgive(pausedNanos); // no check could run then: not their fault
            }
            runner.inspect();
        } catch (RuntimeException | Error e) { // the next one is inspected all the same
            log.survived(LOG, "the inspection of the checks of '" + service + "'", e);
        }
    }

    /** The time by which {@link #inspect()} would certainly have reported the first stale verdict. */
    private OptionalLong goodUntilNanos() {
        if (!running.get()) {
            return OptionalLong.empty();
        }
        long now = ticker.nanos();
        long soonest = Long.MAX_VALUE;
        for (CheckRunner runner : runners) {
            soonest = Math.min(soonest, runner.nanosUntilStale(now));
        }
        return soonest == Long.MAX_VALUE
                ? OptionalLong.empty()
                : OptionalLong.of(now + soonest + GRACE_FOR_INSPECTION.toNanos());
    }

    private boolean startupChecksAreUp() {
        for (CheckRunner runner : runners) {
            if (isStartup(runner) && runner.status().status() != Status.UP) {
                return false;
            }
        }
        return true;
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
