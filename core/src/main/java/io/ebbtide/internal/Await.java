package io.ebbtide.internal;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits that end by an event or a bound, never by an interrupt: a shutdown is bounded by deadlines alone. */
public final class Await {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private Await() {}

    /**
     * Waits a second longer if a bound was exceeded long before it was noticed: the process was stopped (SIGSTOP, a
     * frozen cgroup, a paused VM) or got no processor, and so did the threads that it waits for, which may be done in a
     * moment.
     *
     * @param late how long the bound has been exceeded; up to 100 ms count as noticed at once
     * @return whether the future is done
     */
    public static boolean afterPause(Future<?> future, Duration late) {
        return late.compareTo(PAUSE) > 0 ? done(future, MOMENT) : future.isDone();
    }

    /**
     * Waits until the future is done, normally or not.
     *
     * @param bound how long to wait at most; zero or less checks once
     * @return whether it is done; an interrupt during the wait stays set
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
