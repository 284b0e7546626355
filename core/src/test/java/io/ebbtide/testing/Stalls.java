package io.ebbtide.testing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How long the machine let a thread wait that wanted nothing but to wake: what a bound on time may forgive, as whoever is
 * measured was kept waiting, too. Safe for use by many threads.
 */
public final class Stalls implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** What any timer may be late by. */
    private static final long USUAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final CountDownLatch closed = new CountDownLatch(1);
    private long wokeNanos = System.nanoTime();
    private long stalledNanos;

    /** Begins to watch; a thread of its own does until the close. */
    public Stalls() {
        var watcher = new Thread(this::watch, "stalls");
        watcher.setDaemon(true);
        watcher.start();
    }

    private void watch() {
        try {
            while (!closed.await(PERIOD_NANOS, TimeUnit.NANOSECONDS)) {
                wake();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void wake() {
        stalledNanos += lateNanos();
        wokeNanos = System.nanoTime();
    }

    private long lateNanos() {
        long late = System.nanoTime() - wokeNanos - PERIOD_NANOS;
        return late < USUAL_NANOS ? 0 : late;
    }

    /** All that was waited in vain since the beginning, the wait that may be under way included. */
    public synchronized Duration total() {
        return Duration.ofNanos(stalledNanos + lateNanos());
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
