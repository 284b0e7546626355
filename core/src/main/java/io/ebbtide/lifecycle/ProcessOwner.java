package io.ebbtide.lifecycle;

import io.ebbtide.internal.Await;
import io.ebbtide.internal.Threads;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
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
    private static final Duration EMERGENCY = Duration.ofMillis(500);
    private static final Duration RESCAN = Duration.ofMillis(250);
    private static final ProcessOwner INSTANCE = new ProcessOwner();

    private final List<Lifecycle> services = new CopyOnWriteArrayList<>();
    private final EmergencyReport emergency = new EmergencyReport();
    private @Nullable Thread hook;
    private @Nullable Thread watchdog;
    private ExitCode worst = ExitCode.CLEAN;
    private final AtomicInteger signals = new AtomicInteger();
    private volatile BooleanSupplier interactive = () -> false;

    private ProcessOwner() {}

    /**
     * Runs a service until it is over, then ends the process with its exit code. Returns only if another service is
     * still under {@code run()}, which then ends the process with the worst code of all, or if the JVM is being shut
     * down already.
     *
     * @param interactive asked when a signal comes: whether SIGINT is from a person at a terminal
     * @throws IllegalStateException if the service was started before
     */
    public static void run(Lifecycle service, BooleanSupplier interactive) {
        service.expectNotStarted();
        INSTANCE.adopt(service, interactive);
        try {
            service.start();
        } catch (RuntimeException e) {
            // told by the log and the report; the exit code says it, too
        }
        ExitCode exitCode = INSTANCE.awaitEnd(service);
        if (INSTANCE.release(service, exitCode)) {
            INSTANCE.exit();
        }
    }

    private ExitCode awaitEnd(Lifecycle service) {
        try {
            ShutdownReport report = service.awaitStopped();
            if (!service.isTold()) {
                writeEmergency(() -> emergency.write(report));
            }
            return report.exitCode();
        } catch (RuntimeException e) { // told by the log
            return ExitCode.STOP_FAILED;
        }
    }

    private synchronized void adopt(Lifecycle service, BooleanSupplier isInteractive) {
        if (services.isEmpty()) {
            takeProcess(isInteractive);
        }
        services.add(service);
        service.onLeaving(this::watch);
    }

    private void takeProcess(BooleanSupplier isInteractive) {
        interactive = isInteractive;
        hook = new Thread(this::leaveInHook, "ebbtide-hook");
        Runtime.getRuntime().addShutdownHook(hook);
        for (String signal : List.of("TERM", "INT")) {
            if (!SignalPort.handle(signal, this::signalled)) {
                LOG.warn(
                        "SIG{} cannot be handled: the JVM was started with -Xrs or somebody else handles it; a shutdown "
                                + "hook drains instead, beside all other hooks",
                        signal);
            }
        }
    }

    /** Returns whether that was the last one. */
    private synchronized boolean release(Lifecycle service, ExitCode exitCode) {
        services.remove(service);
        worst = worst.worse(exitCode);
        return services.isEmpty();
    }

    @SuppressWarnings("SystemExitOutsideMain")
    private void exit() {
        try {
            Runtime.getRuntime().removeShutdownHook(Objects.requireNonNull(hook));
        } catch (IllegalStateException e) {
            return; // the JVM is going down already, and keeps the code that it has
        }
        System.exit(worst.code()); // watchdog and signal handlers stay on: other hooks may hang
    }

    private void signalled(String signal) {
        switch (SignalRules.reactionTo(signal, signals.incrementAndGet(), interactive)) {
            case LEAVE -> services.forEach(service -> service.shutdown("SIG" + signal, Leaving.WITH_LAME_DUCK));
            case LEAVE_AT_ONCE -> services.forEach(service -> service.shutdown("SIG" + signal, Leaving.AT_ONCE));
            case SKIP_LAME_DUCK -> services.forEach(Lifecycle::skipLameDuck);
            case HALT -> halt("SIG" + signal + " came again", SignalRules.exitCodeOf(signal));
        }
    }

    private void leaveInHook() {
        services.forEach(service -> service.shutdown("JVM shutdown", Leaving.WITH_LAME_DUCK));
        for (Lifecycle service : services) {
            do {
                service.giveUp(ProcessOwner::isInExit);
            } while (!service.isStoppedWithin(RESCAN));
        }
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

    /** Once everything is leaving, the process must end in time, whatever hangs. */
    private synchronized void watch() {
        if (watchdog != null || !services.stream().allMatch(Lifecycle::isLeaving)) {
            return;
        }
        Duration until = services.stream()
                .map(Lifecycle::deadlines)
                .filter(Objects::nonNull)
                .map(Deadlines::untilAlarm)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        watchdog = Threads.daemon("ebbtide-watchdog", () -> {
            Await.done(new CompletableFuture<>(), until);
            halt("the grace is nearly over", ExitCode.OVERRUN.code());
        });
        watchdog.start();
    }

    private void halt(String why, int exitCode) {
        try {
            writeEmergency(() -> emergency.write(services, why, exitCode));
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }

    /** On a thread of its own, waited for a moment: standard error may be a pipe that nobody reads. */
    private void writeEmergency(Runnable writing) {
        var written = new CompletableFuture<Void>();
        Threads.daemon("ebbtide-emergency", () -> {
                    writing.run();
                    written.complete(null);
                })
                .start();
        Await.done(written, EMERGENCY);
    }
}
