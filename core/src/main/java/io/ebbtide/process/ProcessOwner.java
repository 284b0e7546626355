package io.ebbtide.process;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.BoundedCall;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Lines;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.ReserveThreads;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import io.ebbtide.internal.WarmUp;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.sequence.Deadlines;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.sequence.Rehearsal;
import io.ebbtide.sequence.ShutdownMode;
import io.ebbtide.sequence.StartFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the process for all services under {@code run()}: signals, shutdown hook, watchdog, exit. One per JVM. */
public final class ProcessOwner {
    // Over 300 lines: the only class that may end the process, so all that can lead to its end is here.

    /*
     * Normally a signal begins the drain of every service, each run() returns from its wait, and the last of them calls
     * exit, so that all other shutdown hooks run after the drain. Where that is not possible (another component
     * calls exit, or has the handler), the JVM runs our hook concurrently with the others: it drains, too, and never
     * calls exit, which would block for ever there.
     *
     * This is the only class that calls exit or halt or touches hooks and signals.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ProcessOwner.class);
    private static final Duration EMERGENCY = Duration.ofMillis(250);

    /** Writing is quick, except on an overloaded machine, where it may take a part of the remaining time. */
    private static final Duration MAX_TO_WRITE = Duration.ofSeconds(2);

    private static final int MAX_REPORTS = 4;
    private static final Duration RESCAN = Duration.ofMillis(250);

    /** For the sequence, the log, listeners, a call that hangs, the next call, and the final writes. */
    private static final int RESERVE = 6;

    /** For each further service: its sequence, its log, a call. */
    private static final int RESERVE_OF_FURTHER = 3;

    /** The process exists before its services, and may have several: none of their tickers is its own. */
    private static final Ticker TICKER = Ticker.system();

    private static final ProcessOwner INSTANCE = new ProcessOwner();

    private final List<Lifecycle> services = new CopyOnWriteArrayList<>();
    private final List<ShutdownReport> reports = new CopyOnWriteArrayList<>();
    private final ShutdownHazards hazards = new ShutdownHazards();
    private final Watchdog watchdog =
            new Watchdog(TICKER, this::untilAlarm, () -> halt("the grace is nearly over", ExitCode.OVERRUN.code()));
    private final CompletableFuture<Void> reported = new CompletableFuture<>();
    private final AtomicBoolean prepared = new AtomicBoolean();
    private final SignalCount signals = new SignalCount(TICKER);
    private final AtomicInteger handledSignals = new AtomicInteger();
    private final Map<Lifecycle, Thread> runners = new ConcurrentHashMap<>();
    private final AtomicBoolean written = new AtomicBoolean();
    private volatile BooleanSupplier interactive = () -> false;
    private volatile @Nullable ShutdownRequest request;

    /** Whether the last service has ended without an end of the process: until the next one, signals act as without us. */
    private volatile boolean idle;

    private volatile TerminationLog terminationLog = TerminationLog.none();
    private volatile StandardErrorReport emergency = new StandardErrorReport(TerminationLog.none(), TICKER);

    /** The latest deadlines among those of the services that have ended. */
    private volatile @Nullable Deadlines ended;

    private @Nullable Thread hook;
    private ExitCode worst = ExitCode.CLEAN;

    /** Why and how all services shut down; it applies to later services, too. */
    private record ShutdownRequest(String reason, ShutdownMode mode) {}

    private ProcessOwner() {}

    /**
     * Runs a service until it is stopped, then ends the process with its exit code. Returns only if another service is
     * still under {@code run()}, which then ends the process with the worst code of all, or if the JVM is shutting
     * down already. A service that is added while all others shut down is shut down, too.
     *
     * @param interactive called when a signal comes: whether SIGINT is from a person at a terminal
     * @param terminationLog the file for a short text about the end, see {@link TerminationLog#open}; the first service's
     *     counts
     * @throws IllegalStateException if the service was started before
     */
    public static void run(Lifecycle service, BooleanSupplier interactive, @Nullable String terminationLog) {
        service.expectNotStarted();
        INSTANCE.runners.put(service, Thread.currentThread());
        try {
            INSTANCE.adopt(service, interactive, terminationLog);
        } catch (OutOfMemoryError e) { // without its watchdog a service must not run
            INSTANCE.runners.remove(service);
            INSTANCE.services.remove(service);
            reportBuildFailure(service.service(), e, terminationLog);
            exitAfterBuildFailure(service.service(), e);
            return;
        }
        try {
            service.start();
        } catch (RuntimeException e) {
            // reported by the log, the report and the exit code
        }
        INSTANCE.prepareForShutdown(service);
        ExitCode exitCode = INSTANCE.awaitEnd(service);
        if (INSTANCE.release(service, exitCode)) {
            INSTANCE.exit();
        }
    }

    /**
     * Starts a service on the calling thread, and ends the process as {@link #run} does, if the service shuts down because of
     * a signal or of the JVM's shutdown. After any other shutdown the process goes on, without the service.
     *
     * @param interactive as for {@link #run}
     * @param terminationLog as for {@link #run}
     * @throws IllegalStateException as {@link Lifecycle#start} does; the process goes on
     */
    public static void start(Lifecycle service, BooleanSupplier interactive, @Nullable String terminationLog) {
        service.expectNotStarted();
        service.onShutdown(() -> awaitEndAside(service));
        INSTANCE.adopt(service, interactive, terminationLog);
        service.start();
        INSTANCE.prepareForShutdown(service);
    }

    /** No daemon: with no other thread, the JVM would end, with its own exit code, before this one calls exit. */
    private static void awaitEndAside(Lifecycle service) {
        Runnable awaiting = () -> {
            ExitCode exitCode = INSTANCE.awaitEnd(service);
            if (INSTANCE.release(service, INSTANCE.request == null ? ExitCode.CLEAN : exitCode)) {
                INSTANCE.exitUnlessIdle();
            }
        };
        ReserveThreads.ofProcess().startUserThread("ebbtide-" + service.service() + "-end", awaiting);
    }

    /** Exits if a signal or the JVM's shutdown ended the last service. */
    private void exitUnlessIdle() {
        synchronized (this) {
            if (!services.isEmpty()) {
                return;
            }
            idle = request == null;
        }
        if (!idle) {
            exit();
        } else if (request != null) { // a signal came in between, and found no service
            endByDefault("TERM");
        }
    }

    /** Does what the JVM does at a signal that it handles itself. */
    @SuppressWarnings("SystemExitOutsideMain")
    private static void endByDefault(String signal) {
        System.exit(SignalRules.exitCodeOf(signal));
    }

    /**
     * Writes why a service could not be built to the file in which the platform expects the reason of an end: there may be
     * no other record of it.
     *
     * @param terminationLog as for {@link #run}
     */
    public static void reportBuildFailure(String service, Throwable failure, @Nullable String terminationLog) {
        byte[] text = (StartFailure.unbuilt(service, failure) + "\n").getBytes(StandardCharsets.UTF_8);
        var file = TerminationLog.open(terminationLog, TICKER, warning -> {});
        BoundedCall.begin( // it may be a pipe that is full
                        "ebbtide-termination-message", () -> file.write(text, text.length), TICKER)
                .await(MAX_TO_WRITE);
        file.close();
    }

    /**
     * Ends the process, as {@link #run} does, for a service that could not be built. Returns if another service is under
     * {@code run()}, which then ends the process with the worst code of all.
     */
    public static void exitAfterBuildFailure(String service, Throwable failure) {
        var log = new BackgroundLog("ebbtide-" + service + "-log", TICKER);
        log.neverMute();
        log.write(
                LOG,
                to -> to.error(
                        "{}",
                        StartFailure.isExplained(failure)
                                ? StartFailure.unbuilt(service, failure)
                                : new Lines("'" + service + "' cannot be built: " + Redact.trace(failure))));
        boolean isWritten = log.flush(MAX_TO_WRITE);
        log.close();
        if (!isWritten) {
            INSTANCE.writeBounded(
                    MAX_TO_WRITE,
                    () -> new StandardErrorReport(TerminationLog.none(), TICKER)
                            .write(StartFailure.unbuilt(service, failure)));
        }
        LogFlush.flush(MAX_TO_WRITE, TICKER);
        if (INSTANCE.noServiceRuns(ExitCode.START_FAILED)) {
            INSTANCE.end();
        }
    }

    private synchronized boolean noServiceRuns(ExitCode exitCode) {
        worst = worst.worse(exitCode);
        return services.isEmpty();
    }

    /** Does, once, the preparations that can and should wait until a service serves. */
    private void prepareForShutdown(Lifecycle service) {
        if (!prepared.compareAndSet(false, true)) {
            return;
        }
        try {
            new ThreadWatch(handledSignals::get, this::signalLost, this::warnFirst).start();
            WarmUp.forShutdown(ProcessOwner::rehearse);
            String parent = ShutdownHazards.wrongParent();
            if (parent != null) {
                service.warn(parent);
            }
            SignalHandlers.warnOfLaterOnes(service::warn);
        } catch (RuntimeException | Error e) {
            // a service that serves goes on without it
        }
    }

    private static void rehearse() {
        Rehearsal.run(TICKER);
        LogFlush.rehearse(TICKER);
    }

    private ExitCode awaitEnd(Lifecycle service) {
        try {
            ShutdownReport report = service.awaitStopped();
            if (service.isFirstToWriteItsReport()) {
                keep(report);
                if (!service.isReportLogged()) {
                    writeBounded(timeToWrite(), () -> emergency.write(report));
                }
            }
            return report.exitCode();
        } catch (RuntimeException | Error e) { // a fault of our own, or no memory: the loss is unknown
            return ExitCode.WORK_CUT;
        }
    }

    /** Keeps only the latest reports: those of services that ended long before are not needed at the end. */
    private synchronized void keep(ShutdownReport report) {
        if (reports.size() == MAX_REPORTS) {
            reports.remove(0);
        }
        reports.add(report);
    }

    /** A signal finds the service in the list, or the service finds that the shutdown has begun: no case is missed. */
    private void adopt(Lifecycle service, BooleanSupplier isInteractive, @Nullable String log) {
        service.onShutdown(watchdog::wake);
        service.onMove(state -> {
            if (service.isShuttingDown() && state != LifecycleState.STOPPED) {
                writeDraft();
            }
        });
        watchdog.expect(service.untilAlarmAtMost());
        synchronized (this) { // never idle with a service
            services.add(service);
            idle = false;
        }
        List<String> warnings = new ArrayList<>();
        synchronized (this) {
            if (hook == null) {
                takeProcess(isInteractive, log, warnings);
            }
        }
        ReserveThreads.ofProcess().fill(RESERVE + RESERVE_OF_FURTHER * (services.size() - 1));
        for (String warning : warnings) {
            service.warn(warning);
        }
        emergency.rehearse(service);
        watchdog.wake();
        ShutdownRequest already = request;
        if (already != null) {
            service.shutdown(already.reason(), already.mode());
        }
    }

    /** @param warnings receives lines to log once the lock is free: an appender may never return */
    private void takeProcess(BooleanSupplier isInteractive, @Nullable String log, List<String> warnings) {
        interactive = isInteractive;
        terminationLog = TerminationLog.open(log, TICKER, warnings::add);
        emergency = new StandardErrorReport(terminationLog, TICKER);
        emergency.start();
        hazards.recordRunningThreads();
        hook = new Thread(this::shutDownInHook, "ebbtide-hook");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) { // the JVM is shutting down already
            request = new ShutdownRequest("JVM shutdown", ShutdownMode.AT_ONCE);
        }
        watchdog.start();
        SignalHandlers.install(this::signalled, warnings::add);
    }

    /** A kill gives no time for a message, so one is written before, and updated as long as there is time. */
    private void writeDraft() {
        if (terminationLog.isNone()) {
            return; // and no thread has to be started in each state
        }
        Runnable writing = () -> terminationLog.writeDraft(() -> services.stream()
                .filter(Lifecycle::isShuttingDown)
                .map(TerminationDraft::of)
                .collect(Collectors.joining()));
        if (!ReserveThreads.ofProcess().start("ebbtide-termination-message", writing)) {
            writing.run(); // into a regular file, which rarely blocks
        }
    }

    /** Returns whether that was the last service. */
    private synchronized boolean release(Lifecycle service, ExitCode exitCode) {
        Deadlines deadlines = service.deadlines();
        Deadlines latest = ended;
        if (deadlines != null && (latest == null || deadlines.untilAlarm().compareTo(latest.untilAlarm()) > 0)) {
            ended = deadlines;
        }
        runners.remove(service);
        services.remove(service); // last: the watchdog, which takes no lock, must find it in one of the two
        worst = worst.worse(exitCode);
        watchdog.wake();
        return services.isEmpty();
    }

    private void exit() {
        writeReports();
        reported.complete(null);
        ReserveThreads.ofProcess().release(); // other hooks need threads
        try {
            Runtime.getRuntime().removeShutdownHook(Objects.requireNonNull(hook));
        } catch (IllegalStateException e) {
            return; // the JVM is shutting down already, and keeps the code that it has
        }
        end(); // watchdog and signal handlers stay on: other hooks may hang
    }

    /** Runs once, on the thread of the last run(), or in the hook. */
    private void writeReports() {
        if (written.compareAndSet(false, true)) {
            if (!terminationLog.isNone()) {
                writeBounded(timeToWrite(), () -> terminationLog.write(reports));
            }
            LogFlush.flush(halfOfTheRest(), TICKER);
        }
    }

    @SuppressWarnings("SystemExitOutsideMain")
    private void end() {
        System.exit(worst.code());
    }

    private void signalled(String signal) {
        if (idle) {
            endByDefault(signal);
            return;
        }
        watchdog.signalled();
        handledSignals.incrementAndGet();
        int count = signals.next();
        if (count == 0) {
            services.forEach(service -> service.note("SIG%s was received again within %s: treated as the same signal"
                    .formatted(signal, Durations.text(SignalCount.SAME))));
            return;
        }
        switch (SignalRules.reactionTo(signal, count, interactive)) {
            case SHUT_DOWN -> shutDown(new ShutdownRequest("SIG" + signal, ShutdownMode.WITH_LAME_DUCK));
            case SHUT_DOWN_AT_ONCE -> shutDown(new ShutdownRequest("SIG" + signal, ShutdownMode.AT_ONCE));
            case SKIP_LAME_DUCK -> {
                try { // first, as the service may end at once; yet without memory for a line it must end, too
                    services.forEach(service -> service.warn(
                            ("SIG%s was received again: the lame duck ends now, and clients that have not noticed the removal may"
                                            + " find the port closed")
                                    .formatted(signal)));
                } finally {
                    shutDown(new ShutdownRequest("SIG" + signal, ShutdownMode.AT_ONCE));
                    services.forEach(Lifecycle::skipLameDuck);
                }
            }
            case HALT -> halt("SIG" + signal + " was received again", SignalRules.exitCodeOf(signal));
        }
        if (idle) { // since the beginning of this method
            endByDefault(signal);
        }
    }

    /** Takes the unknown signal for SIGTERM, which platforms send: all that this class handles end the process. */
    private void signalLost() {
        if (request != null) { // an inferred signal must not shorten a shutdown that has begun
            warnFirst(
                    "another signal was received, but the JVM could not start a thread for its handler; the shutdown continues unchanged");
            return;
        }
        try {
            warnFirst(
                    "a signal was received, but the JVM could not start a thread for its handler, because the limit of threads"
                            + " is reached; the signal is treated as SIGTERM");
        } finally { // without memory for a line it must end, too
            signalled("TERM");
        }
    }

    private void warnFirst(String line) {
        services.stream().findFirst().ifPresent(service -> service.warn(line));
    }

    /** A service that is shutting down already continues as it began. */
    private void shutDown(ShutdownRequest now) {
        boolean isFirst = request == null;
        request = now;
        services.forEach(service -> service.shutdown(now.reason(), now.mode()));
        if (!isFirst) {
            return;
        }
        services.forEach(service -> service.note( // last: without memory for a line, all shut down nevertheless
                "shutting down: %s; grace %s assumed; if no report follows, the process was killed before the grace was over"
                        .formatted(
                                now.reason(),
                                Durations.text(service.plan().budget().grace()))));
    }

    private void shutDownInHook() {
        if (idle) {
            return;
        }
        boolean unexpected = request == null;
        watchdog.signalled();
        try { // first, as a service that has nothing to drain may end before the JVM has started all hooks
            warnOfRacingHooks();
        } catch (RuntimeException | Error e) {
            // no memory for this: the hook drains all the same
        }
        shutDown(new ShutdownRequest("JVM shutdown", ShutdownMode.WITH_LAME_DUCK));
        if (unexpected) {
            services.forEach(service -> SignalHandlers.warnOfLaterOnes(service::warn));
        }
        for (Lifecycle service = unstopped(); service != null; service = unstopped()) {
            Predicate<Thread> inExit = Threads.inExit();
            services.forEach(each -> each.giveUp(inExit));
            service.isStoppedWithin(RESCAN);
        }
        if (!isReportedByRunners()) {
            services.forEach(this::awaitEnd);
            writeReports();
        }
    }

    /**
     * The threads in run() write the reports, unless one of them is in exit, perhaps called by a start-up task: then it waits for
     * this hook.
     */
    private boolean isReportedByRunners() {
        long startNanos = TICKER.nanos();
        Duration limit =
                timeToWrite().plus(EMERGENCY.multipliedBy(4)); // they may be writing to a pipe that is read slowly
        while (!TICKER.await(reported, RESCAN.dividedBy(5))) {
            boolean areInExit = !services.isEmpty() && services.stream().allMatch(this::isRunnerInExit);
            if (areInExit || TICKER.since(startNanos).compareTo(limit) > 0) {
                return reported.isDone();
            }
        }
        return true;
    }

    private boolean isRunnerInExit(Lifecycle service) {
        Thread runner = runners.get(service);
        return runner != null && Threads.isInExit(runner);
    }

    private void warnOfRacingHooks() {
        ShutdownHazards.awaitHooks(TICKER);
        List<String> others = hazards.racingHooks(Thread.currentThread());
        services.stream()
                .findFirst()
                .ifPresent(service -> others.forEach(other ->
                        service.warn("the drain runs in a shutdown hook, at the same time as the hook " + other)));
    }

    private @Nullable Lifecycle unstopped() {
        return services.stream()
                .filter(service -> !service.isStopped())
                .findFirst()
                .orElse(null);
    }

    /**
     * Returns the time until the last service must have ended; null while one is not shutting down, as then nothing has to
     * end. Takes no lock: the watchdog must not wait for the holder of one.
     */
    private @Nullable Duration untilAlarm() {
        for (Lifecycle service : services) {
            if (!service.isShuttingDown()) {
                return null;
            }
        }
        return Stream.concat(services.stream().map(Lifecycle::deadlines), Stream.ofNullable(ended))
                .filter(Objects::nonNull)
                .map(Deadlines::untilAlarm)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    private Duration timeToWrite() {
        return Durations.max(EMERGENCY, Durations.min(halfOfTheRest(), MAX_TO_WRITE));
    }

    private Duration halfOfTheRest() {
        Duration remaining = untilAlarm();
        return remaining == null ? EMERGENCY : remaining.dividedBy(2);
    }

    /**
     * Returns the time until the last service must be halted; no limit if none has begun to shut down, for lack of memory.
     * Allocates nothing.
     */
    private long nanosToWrite() {
        Deadlines latest = ended;
        long nanos = latest == null ? Long.MIN_VALUE : latest.nanosToWrite();
        try {
            int count = services.size();
            for (int i = 0; i < count; i++) { // without an iterator
                Deadlines deadlines = services.get(i).deadlines();
                nanos = deadlines == null ? nanos : Math.max(nanos, deadlines.nanosToWrite());
            }
        } catch (IndexOutOfBoundsException e) {
            // one has ended at this moment
        }
        return nanos == Long.MIN_VALUE ? Long.MAX_VALUE : nanos;
    }

    private void halt(String why, int exitCode) {
        try {
            emergency.writeLast(services, why, exitCode, nanosToWrite());
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }

    /** Writes on another thread, and waits only for the bound: the target may be a pipe without a reader. */
    private void writeBounded(Duration bound, Runnable writing) {
        var done = new CompletableFuture<Void>();
        Runnable bounded = () -> {
            try {
                writing.run();
            } finally { // the exit does not wait for a failed write
                done.complete(null);
            }
        };
        if (!ReserveThreads.ofProcess()
                .start("ebbtide-emergency", bounded)) { // no thread: better on this one than not at all
            bounded.run();
        }
        TICKER.await(done, bound);
    }
}
