package io.ebbtide.internal;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/** Writes log lines on a thread of its own, in order. Safe for use by many threads. */
public final class BackgroundLog implements AutoCloseable {
    /*
     * An appender may block for ever: a full pipe, a full disk, a lock that a dead thread holds. If a line were written
     * by the thread that runs the checks or the shutdown, that thread would hang with it, and the service with the
     * thread. So lines wait here, at most CAPACITY of them; further lines are dropped and counted. The thread ends when
     * there is nothing to write for a while.
     *
     * A line is written when the logger has returned from it. A line that fails, in the logger or because its text
     * cannot be rendered, is written to standard error; where that fails, too, the failure is logged in its place, and
     * flush() returns false.
     */
    private static final int CAPACITY = 1_000;

    private static final Duration IDLE = Duration.ofSeconds(5);

    private final SerialExecutor writer;
    private final Ticker ticker;
    private final AtomicLong survived = new AtomicLong();
    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private long taken;
    private long written;
    private int dropped;
    private long lost;
    private long lostBeforeFlush;
    private volatile boolean isNeverMute;
    private volatile boolean isMute;

    /** Creates a log whose thread has this name. */
    public BackgroundLog(String threadName, Ticker ticker) {
        this(new SerialExecutor(threadName, CAPACITY, IDLE, ticker), ticker);
    }

    BackgroundLog(SerialExecutor writer, Ticker ticker) {
        this.writer = writer;
        this.ticker = ticker;
    }

    /** Creates a log that renders its lines and discards them. */
    public static BackgroundLog mute(String threadName, Ticker ticker) {
        var log = new BackgroundLog(threadName, ticker);
        log.isMute = true;
        return log;
    }

    /**
     * From now on lines go to standard error where SLF4J has no provider.
     *
     * @return whether it has none
     */
    public boolean neverMute() {
        isNeverMute = true;
        return SpareLogger.isNeeded();
    }

    /**
     * Writes the line later by calling {@code line}, for example {@code log.write(LOG, to -> to.info("..."))}. Never
     * blocks.
     */
    public synchronized void write(Logger logger, Consumer<PrintableLogger> line) {
        try {
            writer.execute(() -> writeNow(logger, line));
            taken++;
        } catch (RejectedExecutionException | OutOfMemoryError e) { // no room, or no memory
            dropped++;
            lost++;
        }
    }

    /**
     * Counts a failure that a loop of the library has survived, and logs the first of its kind. Throws nothing, also
     * where there is no memory for a line.
     *
     * @param what the failed part, such as {@code the management server of 'orders'}
     */
    public void survived(Logger logger, String what, Throwable failure) {
        survived.incrementAndGet();
        try {
            if (logged.add(what)) {
                write(
                        logger,
                        to -> to.error(
                                "{} failed, but continues; its further failures are only counted: {}",
                                what,
                                Redact.trace(failure)));
            }
        } catch (RuntimeException | Error e) {
            // it is counted
        }
    }

    /** How many failures were reported to {@link #survived}. */
    public long survived() {
        return survived.get();
    }

    private void writeNow(Logger given, Consumer<PrintableLogger> line) {
        boolean isWritten = false;
        try {
            Logger logger = target(given);
            reportDropped(logger);
            line.accept(PrintableLogger.of(logger));
            isWritten = true;
        } catch (Throwable e) { // an error, too: the next line may succeed
            isWritten = writeToStandardError(given, line, e);
        } finally {
            synchronized (this) {
                written++;
                lost += isWritten ? 0 : 1;
                notifyAll();
            }
        }
    }

    private Logger target(Logger given) {
        if (isMute) {
            return NOPLogger.NOP_LOGGER;
        }
        return isNeverMute && SpareLogger.isNeeded() ? SpareLogger.get() : given;
    }

    /** Returns whether the line was written there; if not, its failure is, if possible. */
    private static boolean writeToStandardError(Logger given, Consumer<PrintableLogger> line, Throwable failure) {
        try {
            line.accept(PrintableLogger.of(SpareLogger.get()));
            return true;
        } catch (Throwable e) {
            reportLoss(given, failure);
            return false;
        }
    }

    private static void reportLoss(Logger given, Throwable failure) {
        try {
            given.error("a log line was lost, because it could not be rendered: {}", Redact.trace(failure));
        } catch (Throwable e) {
            try {
                SpareLogger.get().error("a log line was lost: {}", Redact.oneLine(failure));
            } catch (Throwable another) {
                // no memory even for this: flush() reports the loss
            }
        }
    }

    /** If the logger fails, the next line reports them. */
    private void reportDropped(Logger logger) {
        int count = dropped();
        if (count > 0) {
            logger.warn("{} log line(s) were dropped: the logger did not accept them in time", count);
            subtractDropped(count);
        }
    }

    private synchronized int dropped() {
        return dropped;
    }

    private synchronized void subtractDropped(int reported) {
        dropped -= reported;
    }

    /**
     * Waits until all lines taken so far are written. An interrupt ends the waiting and stays set.
     *
     * @param timeout how long to wait at most
     * @return false if the logger did not take them in time, or if a line was lost since the call of this method before: it was
     *     dropped, or it failed in the logger and on standard error
     */
    public synchronized boolean flush(Duration timeout) {
        writer.hasThread(); // lines may have waited for a thread
        boolean isComplete = awaitWritten(taken, timeout) && lost == lostBeforeFlush;
        lostBeforeFlush = lost;
        return isComplete;
    }

    private synchronized boolean awaitWritten(long all, Duration timeout) {
        long endNanos = ticker.nanos() + timeout.toNanos();
        while (written < all) {
            long remainingNanos = endNanos - ticker.nanos();
            if (remainingNanos <= 0) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, remainingNanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** Accepts no more lines; waiting lines are still written. Does not wait. A second call does nothing. */
    @Override
    public void close() {
        writer.close();
    }
}
