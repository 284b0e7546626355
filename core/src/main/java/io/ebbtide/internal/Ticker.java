package io.ebbtide.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Time. The only class that reads the system's clocks; all other code is given a ticker. */
@FunctionalInterface
public interface Ticker {
    /** Monotonic: nanoseconds since an arbitrary moment; only differences are meaningful. */
    long nanos();

    /** The wall clock's time, to show to people; it may jump, so it is never used for measuring. */
    default Instant now() {
        return Instant.now();
    }

    /** The time that has passed since {@code startNanos}, an earlier reading of this ticker. */
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
