package io.ebbtide.undertow;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts who works and who waits for a worker, as XNIO's pool does not unless a system property tells it to. Safe for use by
 * many threads.
 */
final class Workers {
    private final LongAdder given = new LongAdder();
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();

    /** Has the task run by the pool, and counts it meanwhile. */
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

    /** How many work. What ended before is read first, so that it is never negative. */
    int busy() {
        long before = ended.sum();
        return Math.toIntExact(Math.max(0, begun.sum() - before));
    }

    /** How many wait. */
    int queued() {
        long before = begun.sum();
        return Math.toIntExact(Math.max(0, given.sum() - before));
    }
}
