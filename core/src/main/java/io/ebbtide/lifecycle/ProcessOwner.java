package io.ebbtide.lifecycle;

import io.ebbtide.internal.Await;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import io.ebbtide.internal.WarmUp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the process for all services under {@code run()}: signals, shutdown hook, watchdog, exit. One in a JVM. */
public final class ProcessOwner {
    /*
     * Normally a signal begins the drain of every service, each run() returns from its wait, and the last of them calls
     * exit, so that all other shutdown hooks run after the drain. Where that cannot be (somebody else calls exit, or
     * has the handler), the JVM runs our hook beside the others: it drains, too, and never calls exit, which would
     * block for ever there.
     *
     * This is the only class that calls exit or halt or touches hooks and signals.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ProcessOwner.class);
    private static final Duration EMERGENCY = Duration.ofMillis(250);

    /** Writing takes a moment, but for a machine that has none to give: then it may take a part of what remains. */
    private static final Duration MAX_TO_WRITE = Duration.ofSeconds(2);

    private static final int MOST_REPORTS = 4;
    private static final Duration RESCAN = Duration.ofMillis(250);
    private static final ProcessOwner INSTANCE = new ProcessOwner();

    private final List<Lifecycle> services = new CopyOnWriteArrayList<>();
    private final List<ShutdownReport> reports = new CopyOnWriteArrayList<>();
    private final Conductor conductor = new Conductor();
    private final Watchdog watchdog =
            new Watchdog(this::untilAlarm, () -> halt("the grace is nearly over", ExitCode.OVERRUN.code()));
    private final CompletableFuture<Void> toldAll = new CompletableFuture<>();
    private final AtomicBoolean prepared = new AtomicBoolean();
    private final SignalCount signals = new SignalCount(Ticker.system());
    private volatile BooleanSupplier interactive = () -> false;
    private volatile @Nullable Departure departure;
    private volatile TerminationLog terminationLog = TerminationLog.none();
    private volatile EmergencyReport emergency = new EmergencyReport(TerminationLog.none());

    /** Of those that have ended, the latest to be gone. */
    private volatile @Nullable Deadlines ended;

    private @Nullable Thread hook;
    private ExitCode worst = ExitCode.CLEAN;

    /** Why and how everything leaves: who comes later leaves, too. */
    private record Departure(String reason, Leaving leaving) {}

    private ProcessOwner() {}

    /**
     * Runs a service until it is over, then ends the process with its exit code. Returns only if another service is
     * still under {@code run()}, which then ends the process with the worst code of all, or if the JVM is being shut
     * down already. A service that comes while all others leave leaves, too.
     *
     * @param interactive asked when a signal comes: whether SIGINT is from a person at a terminal
     * @param terminationLog the file for a short text about the end, see {@link TerminationLog#open}; the first service's
     *     counts
     * @throws IllegalStateException if the service was started before
     */
    public static void run(Lifecycle service, BooleanSupplier interactive, @Nullable String terminationLog) {
        service.expectNotStarted();
        INSTANCE.adopt(service, interactive, terminationLog);
        try {
            service.start();
        } catch (RuntimeException e) {
            // told by the log and the report; the exit code says it, too
        }
        INSTANCE.prepareToLeave(service);
        ExitCode exitCode = INSTANCE.awaitEnd(service);
        if (INSTANCE.release(service, exitCode)) {
            INSTANCE.exit();
        }
    }

    /** What can wait until a service serves, and should; once. */
    private void prepareToLeave(Lifecycle service) {
        if (!prepared.compareAndSet(false, true)) {
            return;
        }
        try {
            WarmUp.toLeave();
            String parent = Conductor.wrongParent();
            if (parent != null) {
                service.warn(parent);
            }
        } catch (RuntimeException | Error e) {
            // a service that serves does not end for want of it
        }
    }

    private ExitCode awaitEnd(Lifecycle service) {
        try {
            ShutdownReport report = service.awaitStopped();
            keep(report);
            if (!service.isTold()) {
                writeBounded(timeToWrite(), () -> emergency.write(report));
            }
            return report.exitCode();
        } catch (RuntimeException | Error e) { // a fault of our own, or no memory: what was lost is not known
            return ExitCode.WORK_CUT;
        }
    }

    /** Of services that ended long before the last one nobody wants to read at its end. */
    private synchronized void keep(ShutdownReport report) {
        if (reports.size() == MOST_REPORTS) {
            reports.remove(0);
        }
        reports.add(report);
    }

    /** A signal finds the service in the list, or the service finds that everything leaves: none falls between. */
    private void adopt(Lifecycle service, BooleanSupplier isInteractive, @Nullable String log) {
        service.onLeaving(watchdog::look);
        service.onMove(state -> {
            if (service.isLeaving() && state != LifecycleState.STOPPED) {
                leaveATrace();
            }
        });
        watchdog.expect(service.untilAlarmAtMost());
        services.add(service);
        List<String> warnings = new ArrayList<>();
        synchronized (this) {
            if (hook == null) {
                takeProcess(isInteractive, log, warnings);
            }
        }
        for (String warning : warnings) {
            service.warn(warning);
        }
        emergency.rehearse(service);
        watchdog.look();
        Departure already = departure;
        if (already != null) {
            service.shutdown(already.reason(), already.leaving());
        }
    }

    /** @param warnings what is to be logged once the lock is free: an appender may never come back */
    private void takeProcess(BooleanSupplier isInteractive, @Nullable String log, List<String> warnings) {
        interactive = isInteractive;
        terminationLog = TerminationLog.open(log, warnings::add);
        emergency = new EmergencyReport(terminationLog);
        emergency.start();
        conductor.lookBefore();
        hook = new Thread(this::leaveInHook, "ebbtide-hook");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) { // the JVM is going down already
            departure = new Departure("JVM shutdown", Leaving.AT_ONCE);
        }
        watchdog.start();
        for (String signal : List.of("TERM", "INT")) {
            String warning = warningUnlessOurs(signal, SignalPort.handle(signal, this::signalled));
            if (warning != null) {
                warnings.add(warning);
            }
        }
    }

    private static @Nullable String warningUnlessOurs(String signal, SignalPort.Handling handling) {
        return switch (handling.owner()) {
            case OURS -> null;
            case NOBODY ->
                ("SIG%s %s: the JVM was started with -Xrs or -XX:+ReduceSignalUsage, which leaves no handler and no shutdown"
                                + " hook; start it without")
                        .formatted(
                                signal,
                                ProcessHandle.current().pid() == 1
                                        ? "will do nothing until SIGKILL comes, as this process is PID 1"
                                        : "will end this process at once and lose what is in flight");
            case IGNORED ->
                signal.equals("TERM")
                        ? "SIGTERM is ignored, as the process that started this one ignores it (trap '' TERM), which Java"
                                + " cannot change: only SIGKILL will end this service, and lose what is in flight; start it"
                                + " without the trap, or by coreutils' env --default-signal=TERM"
                        : null; // as every background job of a script has it
            case JVM ->
                ("SIG%s cannot be handled, as this runtime lacks the module jdk.unsupported; a shutdown hook"
                                + " drains instead, beside all other hooks; add the module to the image")
                        .formatted(signal);
            case OTHER ->
                ("SIG%s is handled by %s, who keeps it; if that ends in System.exit, a shutdown hook drains, beside"
                                + " all other hooks; have it leave the signal alone")
                        .formatted(signal, handling.handler());
        };
    }

    /** A kill leaves no time for a message: so there is one beforehand, brought up to date as long as there is time. */
    private void leaveATrace() {
        Threads.daemon(
                        "ebbtide-termination-message",
                        () -> terminationLog.writeDraft(() -> services.stream()
                                .filter(Lifecycle::isLeaving)
                                .map(ReportText::draft)
                                .collect(Collectors.joining())))
                .start();
    }

    /** Returns whether that was the last one. */
    private synchronized boolean release(Lifecycle service, ExitCode exitCode) {
        Deadlines deadlines = service.deadlines();
        Deadlines latest = ended;
        if (deadlines != null && (latest == null || deadlines.untilAlarm().compareTo(latest.untilAlarm()) > 0)) {
            ended = deadlines;
        }
        services.remove(service); // last: the watchdog, who takes no lock, must find it here or there
        worst = worst.worse(exitCode);
        watchdog.look();
        return services.isEmpty();
    }

    @SuppressWarnings("SystemExitOutsideMain")
    private void exit() {
        writeBounded(timeToWrite(), () -> terminationLog.write(reports));
        LogFlush.flush(halfOfTheRest());
        toldAll.complete(null);
        try {
            Runtime.getRuntime().removeShutdownHook(Objects.requireNonNull(hook));
        } catch (IllegalStateException e) {
            return; // the JVM is going down already, and keeps the code that it has
        }
        System.exit(worst.code()); // watchdog and signal handlers stay on: other hooks may hang
    }

    private void signalled(String signal) {
        watchdog.signalled();
        int count = signals.next();
        if (count == 0) {
            services.forEach(service -> service.note("SIG%s came again within %s: taken for the same one"
                    .formatted(signal, Durations.text(SignalCount.SAME))));
            return;
        }
        switch (SignalRules.reactionTo(signal, count, interactive)) {
            case LEAVE -> leave(new Departure("SIG" + signal, Leaving.WITH_LAME_DUCK));
            case LEAVE_AT_ONCE -> leave(new Departure("SIG" + signal, Leaving.AT_ONCE));
            case SKIP_LAME_DUCK -> {
                try { // first, as the service may end at once; yet without memory for a line it must end, too
                    services.forEach(service -> service.warn(
                            ("SIG%s came again: the lame duck ends now, and clients that have not noticed the removal may"
                                            + " find the port closed")
                                    .formatted(signal)));
                } finally {
                    leave(new Departure("SIG" + signal, Leaving.AT_ONCE));
                    services.forEach(Lifecycle::skipLameDuck);
                }
            }
            case HALT -> halt("SIG" + signal + " came again", SignalRules.exitCodeOf(signal));
        }
    }

    /** Whoever is leaving already goes on as it began. */
    private void leave(Departure now) {
        boolean isFirst = departure == null;
        departure = now;
        services.forEach(service -> service.shutdown(now.reason(), now.leaving()));
        if (!isFirst) {
            return;
        }
        services.forEach(service -> service.note( // last: without memory for a line, all shut down nevertheless
                "shutting down: %s; grace %s assumed; if no report follows, the process was killed before it was over"
                        .formatted(
                                now.reason(),
                                Durations.text(service.plan().budget().grace()))));
    }

    private void leaveInHook() {
        leave(new Departure("JVM shutdown", Leaving.WITH_LAME_DUCK));
        Conductor.awaitHooks();
        List<String> others = conductor.racingHooks(Thread.currentThread());
        writeBounded(
                EMERGENCY,
                () -> others.forEach(
                        other -> LOG.warn("the drain runs in a shutdown hook, beside the hook {}", other)));
        for (Lifecycle service = unstopped(); service != null; service = unstopped()) {
            services.forEach(each -> each.giveUp(ProcessOwner::isInExit));
            service.isStoppedWithin(RESCAN);
        }
        Await.done(toldAll, EMERGENCY.multipliedBy(4)); // whoever waits in run() tells the rest
    }

    private @Nullable Lifecycle unstopped() {
        return services.stream()
                .filter(service -> !service.isStopped())
                .findFirst()
                .orElse(null);
    }

    /** A thread that calls exit waits for the hooks, so a drain in a hook must not wait for it. */
    private static boolean isInExit(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().equals("java.lang.Shutdown")
                    && frame.getMethodName().equals("exit")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Until the last of all must be gone; null while one is not leaving, as then nothing has to end. Takes no lock: the
     * watchdog must not wait for whoever holds it.
     */
    private @Nullable Duration untilAlarm() {
        for (Lifecycle service : services) {
            if (!service.isLeaving()) {
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
        Duration left = untilAlarm();
        return left == null ? EMERGENCY : left.dividedBy(2);
    }

    private void halt(String why, int exitCode) {
        try {
            emergency.writeLast(services, why, exitCode);
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }

    /** On a thread of its own, waited for a moment: it may write to a pipe that nobody reads. */
    private void writeBounded(Duration bound, Runnable writing) {
        var written = new CompletableFuture<Void>();
        try {
            Threads.daemon("ebbtide-emergency", () -> {
                        writing.run();
                        written.complete(null);
                    })
                    .start();
        } catch (OutOfMemoryError e) { // no thread to be had, and better late than never said
            writing.run();
        }
        Await.done(written, bound);
    }
}
