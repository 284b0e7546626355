package io.ebbtide.process;

import io.ebbtide.internal.ReserveThreads;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Watches the limit of threads, and detects signals that the JVM loses there, on its own thread. Safe for use by many threads. */
final class ThreadWatch {
    private static final Duration PERIOD = Duration.ofMillis(250);
    private static final int POLLS_PER_READING = 4;

    private final IntSupplier handled;
    private final Runnable onLostSignal;
    private final Consumer<String> warn;

    /** Confined to the watching thread. */
    private ThreadLimit limit = ThreadLimit.none();

    /**
     * @param handled how many signals have reached their handler
     * @param onLostSignal run for each signal that has not
     * @param warn gets a line when the limit comes near
     */
    ThreadWatch(IntSupplier handled, Runnable onLostSignal, Consumer<String> warn) {
        this.handled = handled;
        this.onLostSignal = onLostSignal;
        this.warn = warn;
    }

    /** Begins to watch. */
    void start() {
        ReserveThreads.ofProcess().start("ebbtide-limits", this::watch);
    }

    private void watch() {
        LostSignals signals = null;
        for (int count = 0; ; count++) {
            try {
                if (count == 0) {
                    limit = ThreadLimit.ofSystem();
                    signals = signals();
                }
                if (signals != null && signals.poll()) {
                    onLostSignal.run();
                }
                if (count % POLLS_PER_READING == 0) {
                    read(signals != null);
                }
                limit.mark();
            } catch (RuntimeException | Error e) {
                count -= count == 0 ? 1 : 0; // for example no memory for a moment: the only remedy is the next poll
            }
            LockSupport.parkNanos(PERIOD.toNanos()); // allocates nothing
        }
    }

    private void read(boolean noticesSignals) {
        String warning = limit.warning();
        if (warning != null) {
            warn.accept(
                    noticesSignals
                            ? warning
                            : warning + "; at the limit this JVM would lose SIGTERM, and could not notice the loss");
        }
    }

    private @Nullable LostSignals signals() {
        LongSupplier allocated = LostSignals.ofDispatcher();
        return allocated == null
                ? null
                : new LostSignals(allocated, handled, this::isRefused, LostSignals::isHandlerAlive);
    }

    /** Whether a thread is refused now, or was since the last poll: one that has ended since may have made room. */
    private boolean isRefused() {
        return !LostSignals.canStartThread() || limit.hasRefusedSinceMark();
    }
}
