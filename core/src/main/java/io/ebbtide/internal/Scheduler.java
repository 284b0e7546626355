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
     * Runs the task again and again, the first time after the period, until {@link #close()}: whatever it throws, and
     * without memory for the next time.
     *
     * @param period from the begin of one time to that of the next, {@code > 0}
     * @param task must not block: every other task waits for it
     */
    void every(Duration period, Runnable task);

    /** Drops what is waiting and ends the thread. Does not wait for a task that runs. A second call does nothing. */
    @Override
    void close();

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Timer {
        /** Takes the task back if it has not begun. A second call does nothing. */
        void cancel();
    }

    /** A scheduler with a daemon thread of this name, which starts with the first task. */
    static Scheduler onThread(String name) {
        return new SchedulerThread(name, Ticker.system());
    }
}
