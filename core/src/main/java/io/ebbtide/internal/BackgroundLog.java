package io.ebbtide.internal;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;

/** Writes log lines on a thread of its own, in order. Safe for use by many threads. */
public final class BackgroundLog implements AutoCloseable {
    /*
     * An appender may block for ever: a full pipe, a full disk, a lock that a dead thread holds. Were a line written by
     * the thread that runs the checks or the shutdown, that thread would hang with it, and the service with the thread.
     * So lines wait here, at most CAPACITY of them; what comes on top is dropped and counted. The thread ends when
     * there is nothing to write for a while.
     */
    private static final int CAPACITY = 1_000;

    private final ThreadPoolExecutor writer;
    private final AtomicLong survived = new AtomicLong();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private long taken;
    private long written;
    private int dropped;

    /** A log whose thread bears this name. */
    public BackgroundLog(String threadName) {
        writer = new ThreadPoolExecutor(
                1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(CAPACITY), Threads.named(threadName));
        writer.allowCoreThreadTimeOut(true);
    }

    /** Has the line written by {@code line}, for example {@code log.write(LOG, to -> to.info("..."))}. Never blocks. */
    public synchronized void write(Logger logger, Consumer<Logger> line) {
        try {
            writer.execute(() -> writeNow(logger, line));
            taken++;
        } catch (RejectedExecutionException | OutOfMemoryError e) { // no room, or no thread to be had
            dropped++;
        }
    }

    /**
     * Counts a failure that a loop of ours has survived, and logs the first of its kind. Throws nothing, also where there is no
     * memory for a line.
     *
     * @param what has failed, such as {@code the management server of 'orders'}
     */
    public void survived(Logger logger, String what, Throwable failure) {
        survived.incrementAndGet();
        try {
            if (told.add(what)) {
                write(
                        logger,
                        to -> to.error(
                                "{} failed, and goes on; further failures of it are counted only: {}",
                                what,
                                Redact.trace(failure)));
            }
        } catch (RuntimeException | Error e) {
            // it is counted
        }
    }

    /** How many failures {@link #survived} was told of. */
    public long survived() {
        return survived.get();
    }

    private void writeNow(Logger logger, Consumer<Logger> line) {
        try {
            int lost = takeDropped();
            if (lost > 0) {
                logger.warn("{} log line(s) were dropped: the logger did not take them in time", lost);
            }
            line.accept(logger);
        } finally {
            synchronized (this) {
                written++;
                notifyAll();
            }
        }
    }

    private synchronized int takeDropped() {
        int lost = dropped;
        dropped = 0;
        return lost;
    }

    /**
     * Waits until all lines taken so far are written. An interrupt ends the waiting and stays set.
     *
     * @param timeout how long to wait at most
     * @return false if the logger did not take them in time
     */
    public synchronized boolean flush(Duration timeout) {
        long all = taken;
        long endNanos = Ticker.system().nanos() + timeout.toNanos();
        while (written < all) {
            long left = endNanos - Ticker.system().nanos();
            if (left <= 0) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** Takes no more lines; those that wait are still written. Does not wait. A second call does nothing. */
    @Override
    public void close() {
        writer.shutdown();
    }
}
