package io.ebbtide.metrics;

import io.ebbtide.internal.Await;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Lines;
import io.ebbtide.internal.SerialExecutor;
import io.ebbtide.internal.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where meters are put into a registry and taken out. That asks sources, backlogs, filters and listeners, which may block: on
 * a thread that moves the service, under the lock of its state, the shutdown would hang with them. The thread ends when idle.
 * Safe for use by many threads.
 */
final class MetersThread {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceMeters.class);

    private static final Duration IDLE = Duration.ofSeconds(5);

    private final Runnable onLook;
    private final BackgroundLog log;
    private final String name;
    private final SerialExecutor executor;
    private final AtomicBoolean lookIsDue = new AtomicBoolean();
    private volatile @Nullable Thread busy;

    /** @param onLook run some time after each {@link #look}, once for several */
    MetersThread(String name, Runnable onLook, BackgroundLog log) {
        this.name = name;
        this.onLook = onLook;
        this.log = log;
        executor = new SerialExecutor(name, Integer.MAX_VALUE, IDLE);
    }

    /** Something has changed. Never blocks. */
    void look() {
        if (lookIsDue.compareAndSet(false, true)) {
            execute(() -> {
                lookIsDue.set(false); // first: what changes while it looks is looked at again
                onLook.run();
            });
        } else {
            executor.hasThread(); // the one that is due may wait for a thread
        }
    }

    /** Has the task run after all before it. Never blocks. */
    void execute(Runnable task) {
        try {
            executor.execute(() -> {
                busy = Thread.currentThread();
                try {
                    task.run();
                } catch (Throwable e) { // a filter may throw anything
                    log.survived(LOG, "the thread " + name, e);
                } finally {
                    busy = null;
                }
            });
        } catch (RejectedExecutionException e) {
            // the meters are gone
        } catch (OutOfMemoryError e) { // no memory for the task
            lookIsDue.set(false);
            log.survived(LOG, "the thread " + name, e);
        }
    }

    /** Waits until all tasks so far are done, at most for so long; returns whether they are. */
    boolean await(Duration bound) {
        var done = new CompletableFuture<Void>();
        execute(() -> done.complete(null));
        return Await.done(done, bound);
    }

    /** Where a task stands that does not end. */
    Lines stack() {
        Thread now = busy;
        return now == null ? new Lines(" nothing") : Threads.stack(now, 8);
    }

    void close() {
        executor.closeNow();
    }
}
