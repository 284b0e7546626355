package io.ebbtide.internal;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits that end by an event or a bound, never by an interrupt: a shutdown is bounded by deadlines alone. */
final class Await {
    private Await() {}

    /**
     * Waits until the future is done, normally or not.
     *
     * @param bound how long to wait at most; zero or less checks once
     * @return whether it is done; an interrupt during the wait stays set
     */
    static boolean done(Ticker ticker, Future<?> future, Duration bound) {
        long endNanos = ticker.nanos() + Durations.nanos(bound);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    future.get(Math.max(0, endNanos - ticker.nanos()), TimeUnit.NANOSECONDS);
                    return true;
                } catch (ExecutionException e) {
                    return true;
                } catch (TimeoutException e) {
                    return future.isDone();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
