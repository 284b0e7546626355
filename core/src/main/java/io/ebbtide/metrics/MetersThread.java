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
 * The thread that adds meters to a registry and removes them. That calls sources, backlogs, filters and listeners,
 * which may block: on a thread that changes the service's state, under the lock of that state, the shutdown would hang
 * with them. The thread ends when idle. Safe for use by many threads.
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

    /** @param onLook the refresh, run some time after each {@link #look}, once for several */
    MetersThread(String name, Runnable onLook, BackgroundLog log) {
        this.name = name;
        this.onLook = onLook;
        this.log = log;
        executor = new SerialExecutor(name, Integer.MAX_VALUE, IDLE);
    }

    /** Requests a refresh because something has changed. Never blocks. */
    void look() {
        if (lookIsDue.compareAndSet(false, true)) {
            execute(() -> {
                lookIsDue.set(false); // first: a change during the refresh causes another one
                onLook.run();
            });
        } else {
            executor.hasThread(); // the refresh that is due may wait for a thread
        }
    }

    /** Runs the task after all tasks before it. Never blocks. */
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
            // the meters are removed
        } catch (OutOfMemoryError e) { // no memory for the task
            lookIsDue.set(false);
            log.survived(LOG, "the thread " + name, e);
        }
    }

    /** Waits until all tasks submitted so far are done, at most for the bound; returns whether they are. */
    boolean await(Duration bound) {
        var done = new CompletableFuture<Void>();
        execute(() -> done.complete(null));
        return Await.done(done, bound);
    }

    /** The stack of a task that does not end. */
    Lines stack() {
        Thread now = busy;
        return now == null ? new Lines(" nothing") : Threads.stack(now, 8);
    }

    void close() {
        executor.closeNow();
    }
}
