package io.ebbtide.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Time. The only place that reads the system's; everything else is handed one. */
@FunctionalInterface
public interface Ticker {
    /** Monotonic: nanoseconds since an arbitrary moment; only differences mean something. */
    long nanos();

    /** The wall clock's, to show to people; it may jump, so nothing is ever measured with it. */
    default Instant now() {
        return Instant.now();
    }

    /** The time that has passed since {@code startNanos}, a former reading of this ticker. */
    default Duration since(long startNanos) {
        return Duration.ofNanos(nanos() - startNanos);
    }

    /**
     * Waits until the future is done, at most until {@code bound} has passed on this ticker; as {@link Await#done}.
     *
     * @return whether it is done
     */
    default boolean await(CompletableFuture<?> future, Duration bound) {
        return Await.done(future, bound);
    }

    /** The system's clocks. */
    static Ticker system() {
        return System::nanoTime;
    }
}
