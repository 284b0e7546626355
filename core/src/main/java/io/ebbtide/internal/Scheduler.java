package io.ebbtide.internal;

import java.time.Duration;

/** Runs short tasks later, one at a time, on one thread. Safe for use by many threads. */
public interface Scheduler extends AutoCloseable {
    /**
     * Runs the task once the delay has passed. Returns at once. After {@link #close()} nothing is run.
     *
     * @param delay {@code >= 0}
     * @param task must not block: every other task waits for it
     */
    Timer after(Duration delay, Runnable task);

    /**
     * Runs the task periodically, the first time after the period, until {@link #close()}: also after the task throws,
     * and without needing memory for the next run.
     *
     * @param period from the begin of one run to that of the next, {@code > 0}
     * @param task must not block: every other task waits for it
     */
    void every(Duration period, Runnable task);

    /** Drops waiting tasks and ends the thread. Does not wait for a task that runs. A second call does nothing. */
    @Override
    void close();

    /** A task that is not yet due. */
    @FunctionalInterface
    interface Timer {
        /** The timer of no task. */
        Timer NONE = () -> {};

        /** Cancels the task if it has not begun. A second call does nothing. */
        void cancel();
    }

    /** A scheduler with a daemon thread of this name, which starts with the first task. */
    static Scheduler onThread(String name, Ticker ticker) {
        return new SchedulerThread(name, ticker);
    }
}
