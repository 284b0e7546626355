package io.ebbtide.internal;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A scheduler whose one thread survives every failure, including a full heap. Safe for use by many threads. */
final class SchedulerThread implements Scheduler {
    /*
     * The JDK's scheduled executor needs memory to wait for its next task and to replace a thread that failed for lack
     * of memory. After a moment of a full heap it was found without a thread in three of four tries, and no check ran
     * any more. Here waiting, taking and reinserting need none.
     *
     * A cancelled task stays in the queue until it is due, or until cancelled tasks are the majority of the queue: the
     * cost of removing one grows with the number of tasks.
     */
    private static final int FEW = 64;

    private final String name;
    private final Ticker ticker;
    private final PriorityQueue<Task> queue = new PriorityQueue<>(FEW);
    private int cancelled;
    private boolean started;
    private boolean closed;

    private final long madeNanos;

    private final class Task implements Timer, Comparable<Task> {
        private final Runnable action;

        /** Zero for a task that runs once. */
        private final long periodNanos;

        /** Counted from the creation of the scheduler, so that the numbers can be compared. */
        private long dueNanos;

        private boolean isCancelled;

        Task(Runnable action, long dueNanos, long periodNanos) {
            this.action = action;
            this.dueNanos = dueNanos;
            this.periodNanos = periodNanos;
        }

        @Override
        public void cancel() {
            forget(this);
        }

        @Override
        public int compareTo(Task other) {
            return Long.compare(dueNanos, other.dueNanos);
        }
    }

    SchedulerThread(String name, Ticker ticker) {
        this.name = name;
        this.ticker = ticker;
        madeNanos = ticker.nanos();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return add(new Task(task, now() + Durations.nanos(delay), 0));
    }

    @Override
    public void every(Duration period, Runnable task) {
        long nanos = Durations.nanos(period);
        add(new Task(task, now() + nanos, nanos));
    }

    private long now() {
        return ticker.nanos() - madeNanos;
    }

    private synchronized Timer add(Task task) {
        if (closed) {
            return task;
        }
        queue.add(task);
        if (started) {
            notifyAll();
        } else {
            Threads.daemon(name, this::run).start();
            started = true; // if no thread is available, the next task tries again
        }
        return task;
    }

    private synchronized void forget(Task task) {
        if (task.isCancelled) {
            return;
        }
        task.isCancelled = true;
        cancelled++;
        if (cancelled > FEW && 2 * cancelled > queue.size()) {
            try {
                queue.removeIf(each -> each.isCancelled);
                cancelled = 0;
            } catch (OutOfMemoryError e) {
                // nothing has been removed; the next cancellation tries again
            }
        }
    }

    private void run() {
        while (true) {
            try {
                Task task = take();
                if (task == null) {
                    return;
                }
                task.action.run();
            } catch (Throwable e) {
                // whatever a task throws, the next one is run; a task reports its own failure, if it can
            }
        }
    }

    /** Waits for the next task; null once closed. A periodic task is reinserted first, with its period counted from now on. */
    private synchronized @Nullable Task take() {
        while (!closed) {
            Task next = queue.peek();
            long waitNanos = next == null ? Long.MAX_VALUE : next.dueNanos - now();
            if (next != null && waitNanos <= 0) {
                queue.poll();
                if (!next.isCancelled) {
                    putBack(next);
                    return next;
                }
                cancelled--;
            } else {
                await(waitNanos);
            }
        }
        return null;
    }

    private void putBack(Task task) {
        if (task.periodNanos > 0) {
            task.dueNanos = now() + task.periodNanos;
            queue.add(task); // uses the slot that has just become free
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the only caller checks again
    private void await(long nanos) {
        try {
            if (nanos == Long.MAX_VALUE) {
                wait();
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, nanos);
            }
        } catch (InterruptedException e) {
            // this thread is known to us only
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        queue.clear();
        notifyAll();
    }
}
