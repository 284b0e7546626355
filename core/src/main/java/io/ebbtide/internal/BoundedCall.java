package io.ebbtide.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A call into code that may hang, on a thread of its own that can be abandoned. Safe for use by many threads. */
public final class BoundedCall {
    /** The code that is called. */
    @FunctionalInterface
    public interface Action {
        /** Runs. */
        void run() throws Exception;
    }

    private final CompletableFuture<Duration> took = new CompletableFuture<>();
    private final Ticker ticker;
    private final long startNanos;
    private @Nullable Thread thread;
    private boolean isInterrupted;
    private volatile @Nullable Throwable failure;
    private volatile Lines stack = new Lines("");

    private BoundedCall(Ticker ticker) {
        this.ticker = ticker;
        startNanos = ticker.nanos();
    }

    /**
     * Begins the call. At the limit of threads it runs on a thread of the {@link ReserveThreads reserve}; if the
     * reserve is empty, too, on the calling thread and without a bound, rather than not at all.
     */
    public static BoundedCall begin(String threadName, Action action, Ticker ticker) {
        return begin(threadName, action, ticker, ReserveThreads.ofProcess());
    }

    static BoundedCall begin(String threadName, Action action, Ticker ticker, ReserveThreads reserve) {
        var call = new BoundedCall(ticker);
        if (!reserve.start(threadName, () -> call.perform(action))) {
            call.perform(action);
        }
        return call;
    }

    /**
     * Waits for the end of the call; after the bound it is interrupted and abandoned.
     *
     * @return whether it ended in time
     */
    public boolean await(Duration given) {
        Duration bound = Durations.max(Duration.ZERO, given);
        long beganNanos = ticker.nanos();
        boolean inTime = ticker.await(took, bound)
                || ticker.awaitAfterPause(took, ticker.since(beganNanos).minus(bound));
        if (!inTime) {
            interrupt();
        }
        return inTime;
    }

    /** Treats the call as failed if its thread is one that never returns. */
    public synchronized void giveUp(Predicate<Thread> lost, String why) {
        Thread performing = thread;
        if (performing != null && lost.test(performing)) {
            failure = new IllegalStateException(why);
            took.complete(ticker.since(startNanos));
        }
    }

    /** The call's stack when it was abandoned; empty if it was not. */
    public Lines stack() {
        return stack;
    }

    /** The exception that the call threw; null if none, or if it has not ended. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** How long it took; the time so far if it has not ended. */
    public Duration took() {
        Duration ended = took.getNow(null);
        return ended == null ? ticker.since(startNanos) : ended;
    }

    /** Under the lock: a thread of the reserve may be in another call already. */
    private synchronized void interrupt() {
        isInterrupted = true;
        Thread performing = thread;
        if (performing != null) {
            stack = Threads.stack(performing, 16);
            performing.interrupt();
        }
    }

    private void perform(Action action) {
        setThread(Thread.currentThread());
        try {
            action.run();
        } catch (Throwable e) { // user code may throw anything; one failure never skips the rest
            failure = e;
        } finally {
            setThread(null);
            took.complete(ticker.since(startNanos));
        }
    }

    private synchronized void setThread(@Nullable Thread performing) {
        thread = performing;
        if (performing != null && isInterrupted) { // before it has begun
            performing.interrupt();
        }
    }
}
