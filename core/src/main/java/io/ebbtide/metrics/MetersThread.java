package io.ebbtide.metrics;

import io.ebbtide.internal.Await;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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

    private final Runnable onLook;
    private final BackgroundLog log;
    private final String name;
    private final ThreadPoolExecutor executor;
    private final AtomicBoolean lookIsDue = new AtomicBoolean();
    private volatile @Nullable Thread busy;

    /** @param onLook run some time after each {@link #look}, once for several */
    MetersThread(String name, Runnable onLook, BackgroundLog log) {
        this.name = name;
        this.onLook = onLook;
        this.log = log;
        executor = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Threads.named(name));
        executor.allowCoreThreadTimeOut(true);
    }

    /** Something has changed. Never blocks. */
    void look() {
        if (lookIsDue.compareAndSet(false, true)) {
            execute(() -> {
                lookIsDue.set(false); // first: what changes while it looks is looked at again
                onLook.run();
            });
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
        } catch (OutOfMemoryError e) { // no thread to be had
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
    String stack() {
        Thread now = busy;
        return now == null ? " nothing" : Threads.stack(now, 8);
    }

    void close() {
        executor.shutdownNow();
    }
}
