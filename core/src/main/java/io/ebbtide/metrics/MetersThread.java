package io.ebbtide.metrics;

import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Lines;
import io.ebbtide.internal.SerialExecutor;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
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
    private static final Logger LOG = LoggerFactory.getLogger("io.ebbtide.metrics.ServiceMeters");

    private static final Duration IDLE = Duration.ofSeconds(5);

    private final Runnable onRefresh;
    private final BackgroundLog log;
    private final String name;
    private final SerialExecutor executor;
    private final Ticker ticker;
    private final AtomicBoolean isRefreshDue = new AtomicBoolean();
    private volatile @Nullable Thread busy;

    /** @param onRefresh the refresh, run some time after each {@link #requestRefresh}, once for several */
    MetersThread(String name, Runnable onRefresh, BackgroundLog log, Ticker ticker) {
        this.name = name;
        this.onRefresh = onRefresh;
        this.log = log;
        this.ticker = ticker;
        executor = new SerialExecutor(name, Integer.MAX_VALUE, IDLE, ticker);
    }

    /** Requests a refresh because something has changed. Never blocks. */
    void requestRefresh() {
        if (isRefreshDue.compareAndSet(false, true)) {
            execute(() -> {
                isRefreshDue.set(false); // first: a change during the refresh causes another one
                onRefresh.run();
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
            isRefreshDue.set(false);
            log.survived(LOG, "the thread " + name, e);
        }
    }

    /** Waits until all tasks submitted so far are done, at most for the bound; returns whether they are. */
    boolean await(Duration bound) {
        var done = new CompletableFuture<Void>();
        execute(() -> done.complete(null));
        return ticker.await(done, bound);
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
