package io.ebbtide.undertow;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the tasks that run and that wait for a worker, as XNIO's pool counts them only if a system property enables
 * it. Safe for use by many threads.
 */
final class Workers {
    private final LongAdder given = new LongAdder();
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();

    /** Runs the task on the pool, and counts it until its end. */
    void execute(Executor pool, Runnable task) {
        given.increment();
        try {
            pool.execute(() -> run(task));
        } catch (RuntimeException | Error e) {
            given.decrement();
            throw e;
        }
    }

    private void run(Runnable task) {
        begun.increment();
        try {
            task.run();
        } finally {
            ended.increment();
        }
    }

    /** How many tasks run. The ended ones are read first, so that the result is never negative. */
    int busy() {
        long before = ended.sum();
        return Math.toIntExact(Math.max(0, begun.sum() - before));
    }

    /** How many tasks wait. */
    int queued() {
        long before = begun.sum();
        return Math.toIntExact(Math.max(0, given.sum() - before));
    }
}
