package io.ebbtide.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A call into code that may hang, on a thread of its own that can be left behind. Safe for use by many threads. */
public final class BoundedCall {
    /** What is called. */
    @FunctionalInterface
    public interface Action {
        /** Runs. */
        void run() throws Exception;
    }

    private final CompletableFuture<Duration> took = new CompletableFuture<>();
    private final Ticker ticker;
    private final long startNanos;
    private final Thread thread;
    private volatile @Nullable Throwable failure;
    private volatile String stack = "";

    private BoundedCall(String threadName, Action action, Ticker ticker) {
        this.ticker = ticker;
        startNanos = ticker.nanos();
        thread = Threads.daemon(threadName, () -> perform(action));
    }

    /** Begins the call. */
    public static BoundedCall begin(String threadName, Action action, Ticker ticker) {
        var call = new BoundedCall(threadName, action, ticker);
        try {
            call.thread.start();
        } catch (OutOfMemoryError e) { // no thread to be had: rather without its bound than not at all
            call.perform(action);
        }
        return call;
    }

    /**
     * Waits for the end of the call; past the bound it is interrupted and left behind.
     *
     * @return whether it ended in time
     */
    public boolean await(Duration bound) {
        boolean inTime = ticker.await(took, bound);
        if (!inTime) {
            stack = Threads.stack(thread, 16);
            thread.interrupt();
        }
        return inTime;
    }

    /** Where it stood when it was left behind; empty if it was not. */
    public String stack() {
        return stack;
    }

    /** What it threw; null if nothing, or if it has not ended. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** How long it took; until now if it has not ended. */
    public Duration took() {
        Duration ended = took.getNow(null);
        return ended == null ? ticker.since(startNanos) : ended;
    }

    private void perform(Action action) {
        try {
            action.run();
        } catch (Throwable e) { // user code may throw anything; one failure never skips the rest
            failure = e;
        } finally {
            took.complete(ticker.since(startNanos));
        }
    }
}
