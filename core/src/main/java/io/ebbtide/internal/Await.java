package io.ebbtide.internal;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits that end by an event or a bound, never by an interrupt: whoever leaves is bounded by deadlines alone. */
public final class Await {
    private Await() {}

    /**
     * Waits until the future is done, however that came.
     *
     * @param bound how long to wait at most; zero or less looks once
     * @return whether it is done; an interrupt meanwhile stays set
     */
    public static boolean done(Future<?> future, Duration bound) {
        long endNanos = Ticker.system().nanos() + Durations.nanos(bound);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    future.get(Math.max(0, endNanos - Ticker.system().nanos()), TimeUnit.NANOSECONDS);
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
