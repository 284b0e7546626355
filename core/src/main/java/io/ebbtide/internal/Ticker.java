package io.ebbtide.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * Time. The only class that reads the system's clocks. In core a service has one ticker from its builder, which all its parts
 * are given; ArchitectureTest lists the few other places that take the system's.
 */
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
     * Waits until the future is done, normally or not, at most until {@code bound} has passed on this ticker.
     *
     * @param bound how long to wait at most; zero or less checks once
     * @return whether it is done; an interrupt during the wait stays set
     */
    default boolean await(CompletableFuture<?> future, Duration bound) {
        return Await.done(this, future, bound);
    }

    /**
     * Waits a second longer if a bound was exceeded long before it was noticed: the process was stopped (SIGSTOP, a
     * frozen cgroup, a paused VM) or got no processor, and so did the threads that it waits for, which may be done in a
     * moment.
     *
     * @param late how long the bound has been exceeded; up to 100 ms count as noticed at once
     * @return whether the future is done
     */
    default boolean awaitAfterPause(CompletableFuture<?> future, Duration late) {
        return late.compareTo(Duration.ofMillis(100)) > 0 ? await(future, Duration.ofSeconds(1)) : future.isDone();
    }

    /** The system's clocks. */
    static Ticker system() {
        return System::nanoTime;
    }
}
