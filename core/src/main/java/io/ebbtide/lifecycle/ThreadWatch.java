package io.ebbtide.lifecycle;

import io.ebbtide.internal.ReserveThreads;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Watches the limit of threads, and for signals that the JVM loses there, on a thread of its own. Safe for use by many threads. */
final class ThreadWatch {
    private static final Duration PERIOD = Duration.ofMillis(250);
    private static final int LOOKS_PER_READING = 4;

    private final IntSupplier handled;
    private final Runnable onLostSignal;
    private final Consumer<String> warn;

    /** The rest is of the thread alone. */
    private ThreadLimit limit = ThreadLimit.none();

    private long refusals;

    /**
     * @param handled how many signals have reached their handler
     * @param onLostSignal run for each signal that does not
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
                if (signals != null && signals.look()) {
                    onLostSignal.run();
                }
                if (count % LOOKS_PER_READING == 0) {
                    read(signals != null);
                }
                refusals = limit.refusals();
            } catch (RuntimeException | Error e) {
                count -= count == 0 ? 1 : 0; // no memory for a moment, say: there is nothing to do but to look again
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
                            : warning + "; this JVM would lose SIGTERM there, and nothing could notice it");
        }
    }

    private @Nullable LostSignals signals() {
        LongSupplier allocated = LostSignals.ofDispatcher();
        return allocated == null
                ? null
                : new LostSignals(allocated, handled, this::isRefused, LostSignals::isHandlerAlive);
    }

    /** Now, or since the last look: a thread that has ended since may have made room. */
    private boolean isRefused() {
        return !LostSignals.canStartThread() || limit.refusals() > refusals;
    }
}
