package io.ebbtide.health;

import io.ebbtide.internal.Scheduler.Timer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One run of a check, from its start to its result. Safe for use by many threads. */
final class Run {
    private final Duration timeout;
    private volatile Timer timer = Timer.NONE;
    private volatile boolean overdue;
    private volatile @Nullable CompletionStage<Outcome> stage;
    private volatile boolean awaitsStage;
    private volatile long begunNanos;
    private @Nullable Thread thread;

    /**
     * @param wantedNanos when it should begin
     * @param timeout how long it may take from then on
     */
    Run(long wantedNanos, Duration timeout) {
        begunNanos = wantedNanos;
        this.timeout = timeout;
    }

    Duration timeout() {
        return timeout;
    }

    /** When its body began; until then, when it should have. */
    long begunNanos() {
        return begunNanos;
    }

    void wakeBy(Timer newTimer) {
        timer = newTimer;
    }

    void cancelTimer() {
        timer.cancel();
    }

    synchronized void takeThread(long nowNanos) {
        begunNanos = nowNanos;
        thread = Thread.currentThread();
        if (overdue) {
            thread.interrupt();
        }
    }

    /** After this the thread runs other tasks, so no interrupt meant for this run may remain set. */
    @SuppressWarnings("ResultOfMethodCallIgnored")
    synchronized void releaseThread() {
        thread = null;
        Thread.interrupted();
    }

    synchronized @Nullable Thread thread() {
        return thread;
    }

    /** Whether nothing will end it: its thread had no memory, to start or to report. */
    synchronized boolean isLost(long nowNanos, Duration grace) {
        boolean isLate = nowNanos - begunNanos > timeout.plus(grace).toNanos();
        return isLate && !awaitsStage && (thread == null || !thread.isAlive());
    }

    void answersBy(CompletionStage<Outcome> newStage) {
        stage = newStage;
        awaitsStage = true;
        if (overdue) {
            cancelStage();
        }
    }

    /** From now on the thread that calls this is to end the run; a stage swallows what its callback throws. */
    void answered() {
        awaitsStage = false;
    }

    boolean isOverdue() {
        return overdue;
    }

    /** Returns true if it was not overdue before. */
    synchronized boolean becomeOverdue() {
        boolean first = !overdue;
        overdue = true;
        return first;
    }

    /** Asks the run to end: interrupts its thread, cancels its stage. */
    void giveUp() {
        synchronized (this) {
            overdue = true;
            if (thread != null) {
                thread.interrupt();
            }
        }
        cancelStage();
    }

    private void cancelStage() {
        if (stage instanceof Future<?> future) {
            try {
                future.cancel(true);
            } catch (UnsupportedOperationException e) {
                // a stage that only resembles a future; the run ends when it completes
            }
        }
    }
}
