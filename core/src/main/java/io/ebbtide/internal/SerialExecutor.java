package io.ebbtide.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after the other on a thread that is started when there is a task, and ends when it is idle. Safe for
 * use by many threads; no method blocks.
 */
public final class SerialExecutor implements Executor {
    /*
     * Like a ThreadPoolExecutor of one thread, except at the limit of threads: there a task gets a thread of the
     * reserve, and if the reserve is empty, it waits. Each later call tries again.
     */
    private final String threadName;
    private final int capacity;
    private final long idleNanos;
    private final ReserveThreads reserve;
    private final Ticker ticker;

    /** The fields below are guarded by this. */
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private boolean hasThread;
    private @Nullable Thread thread;
    private boolean closed;

    /**
     * Creates an executor without a thread yet.
     *
     * @param capacity how many tasks may wait, {@code > 0}
     * @param idle how long its thread waits for another task, {@code > 0}
     */
    public SerialExecutor(String threadName, int capacity, Duration idle, Ticker ticker) {
        this(threadName, capacity, idle, ticker, ReserveThreads.ofProcess());
    }

    SerialExecutor(String threadName, int capacity, Duration idle, Ticker ticker, ReserveThreads reserve) {
        this.threadName = threadName;
        this.capacity = capacity;
        idleNanos = idle.toNanos();
        this.ticker = ticker;
        this.reserve = reserve;
    }

    /**
     * Runs the task after all tasks before it; it waits while no thread can be started.
     *
     * @throws RejectedExecutionException if too many tasks wait, or after {@link #close}
     */
    @Override
    public synchronized void execute(Runnable task) {
        if (closed || waiting.size() >= capacity) {
            throw new RejectedExecutionException(
                    closed ? threadName + " is closed" : capacity + " tasks wait for " + threadName);
        }
        waiting.add(task);
        hasThread();
    }

    /** Tries again to get a thread if tasks wait for one; returns false if none can be started. */
    public synchronized boolean hasThread() {
        if (hasThread) {
            notifyAll();
        } else if (!waiting.isEmpty()) {
            hasThread = startThread();
        }
        return hasThread || waiting.isEmpty();
    }

    private boolean startThread() {
        try {
            return reserve.start(threadName, this::work);
        } catch (OutOfMemoryError e) { // no memory for a task of the reserve either
            return false;
        }
    }

    /** Accepts no more tasks; waiting tasks are still run. A second call does nothing. */
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Accepts no more tasks, drops the waiting ones, and interrupts the one that runs. */
    public synchronized void closeNow() {
        waiting.clear();
        close();
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void work() {
        Thread self = Thread.currentThread();
        for (Runnable task = take(self); task != null; task = take(self)) {
            try {
                task.run();
            } catch (Throwable e) { // the next one is run all the same
                report(self, e);
            }
        }
    }

    /** A handler that throws, perhaps for lack of memory, must not end the thread that other tasks need. */
    private static void report(Thread self, Throwable failure) {
        try {
            self.getUncaughtExceptionHandler().uncaughtException(self, failure);
        } catch (Throwable e) {
            // there is no other place to report it
        }
    }

    /** Returns null once the thread has been idle for long enough, or there will be no further task. */
    private synchronized @Nullable Runnable take(Thread self) {
        thread = self;
        long startNanos = ticker.nanos();
        while (waiting.isEmpty()) {
            long remaining = idleNanos - (ticker.nanos() - startNanos);
            if (closed || remaining <= 0) {
                hasThread = false;
                thread = null;
                return null;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, remaining);
            } catch (InterruptedException e) {
                // the interrupt was for a task that has ended
            }
        }
        return waiting.poll();
    }
}
