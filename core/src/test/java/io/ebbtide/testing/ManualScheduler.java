package io.ebbtide.testing;

import io.ebbtide.internal.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Runs due tasks when its ticker is advanced, on the thread that advances it. Any thread may schedule; one thread advances
 * time.
 */
public final class ManualScheduler implements Scheduler {
    private record Due(long atNanos, long order, Runnable task) {}

    private final FakeTicker ticker;
    private final Queue<Due> waiting =
            new PriorityQueue<>(Comparator.comparingLong(Due::atNanos).thenComparingLong(Due::order));
    private long count;

    public ManualScheduler(FakeTicker ticker) {
        this.ticker = ticker;
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable task) {
        var due = new Due(ticker.nanos() + delay.toNanos(), count++, task);
        waiting.add(due);
        return () -> cancel(due);
    }

    @Override
    public void every(Duration period, Runnable task) {
        after(period, () -> {
            try {
                task.run();
            } finally {
                every(period, task);
            }
        });
    }

    private synchronized void cancel(Due due) {
        waiting.remove(due);
    }

    /** Advances time, and stops at each moment at which a task is due. */
    public void advance(Duration duration) {
        long end = ticker.nanos() + duration.toNanos();
        for (Due due = takeUntil(end); due != null; due = takeUntil(end)) {
            ticker.advance(Duration.ofNanos(Math.max(0, due.atNanos() - ticker.nanos())));
            due.task().run();
        }
        ticker.advance(Duration.ofNanos(end - ticker.nanos()));
    }

    private synchronized @Nullable Due takeUntil(long endNanos) {
        Due first = waiting.peek();
        return first == null || first.atNanos() > endNanos ? null : waiting.remove();
    }

    public synchronized int waiting() {
        return waiting.size();
    }

    @Override
    public synchronized void close() {
        waiting.clear();
    }
}
