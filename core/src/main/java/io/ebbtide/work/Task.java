package io.ebbtide.work;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A task in an executor: it is either run once, or removed before it runs, never both. Safe for use by many threads. */
final class Task implements Runnable {
    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    private final TaskQueue queue;
    private final Submission submission;
    private final long number;
    private final long dueNanos;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final AtomicReference<@Nullable Ticket> ticket = new AtomicReference<>();
    private volatile @Nullable Long missingSinceNanos;

    /**
     * @param number in the order of submission
     * @param dueNanos when it may begin, on the queue's ticker
     */
    Task(TaskQueue queue, Submission submission, long number, long dueNanos) {
        this.queue = queue;
        this.submission = submission;
        this.number = number;
        this.dueNanos = dueNanos;
    }

    long number() {
        return number;
    }

    /** Whether a caller may wait for a result that only running the task can set. */
    boolean isAwaited() {
        return submission.isAwaited();
    }

    /** Whether all of its futures are cancelled: running it would do nothing. */
    boolean isCancelled() {
        return !submission.futures().isEmpty() && submission.futures().stream().allMatch(Future::isCancelled);
    }

    boolean isDueBefore(Duration fromNow) {
        return dueNanos - queue.ticker().nanos() <= Durations.nanos(fromNow);
    }

    /** How long ago it became due; negative if it is not yet due. */
    Duration waited() {
        return queue.ticker().since(dueNanos);
    }

    Runnable body() {
        return submission.body();
    }

    Object original() {
        return submission.original();
    }

    /**
     * Makes the drain wait for it from now on, unless it is over or already counted.
     *
     * @throws RejectedExecutionException if the service is drained
     */
    void count() {
        if (ticket.get() != null || state.get() == State.OVER) {
            return;
        }
        Ticket mine = queue.enter(this);
        if (mine == null) {
            return; // there is no service yet
        }
        if (state.get() != State.RUNNING) {
            mine.workedOnBy(null);
        }
        if (!ticket.compareAndSet(null, mine) || state.get() == State.OVER) {
            close(mine);
        }
    }

    @Override
    public void run() {
        if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
            return; // taken
        }
        queue.began(this); // first: so it is always in at least one of the two sets
        queue.remove(this);
        try {
            try {
                count();
            } catch (RejectedExecutionException e) { // drained in between: the rule applies
                queue.turnAway(this);
                return;
            }
            if (queue.isTimeOver()) { // its time is over: components stop, and it must not begin now
                queue.turnAway(this);
                return;
            }
            Ticket mine = ticket.get();
            if (mine != null) {
                mine.workedOnBy(Thread.currentThread());
            }
            submission.body().run();
        } finally {
            queue.ended(this);
            end();
        }
    }

    /** Removes it before it runs; returns false if it is running or over. */
    boolean take() {
        if (!state.compareAndSet(State.WAITING, State.OVER)) {
            return false;
        }
        queue.remove(this);
        end();
        return true;
    }

    /** Removes the task for good, also from the executor's own queue, where it would occupy a place. */
    void remove() {
        if (take()) {
            queue.removeFromExecutor(this);
        }
    }

    /** Called when the executor has thrown the task away: it is treated like a dropped one. */
    void discard() {
        if (take()) {
            queue.turnAway(this);
        }
    }

    /** Checks for tasks that the executor has lost, this one among them. */
    void sweep() {
        queue.sweep();
    }

    /**
     * Records whether the executor appears to hold the task. A task that was missing for {@code afterNanos} is no
     * longer in flight; if a thread of the executor has taken it after all, it is counted again when it begins.
     */
    void seen(boolean isHeld, long nowNanos, long afterNanos) {
        Long since = missingSinceNanos;
        if (isHeld) {
            missingSinceNanos = null;
        } else if (since == null) {
            missingSinceNanos = nowNanos;
        } else if (nowNanos - since >= afterNanos && state.get() == State.WAITING) {
            queue.remove(this);
            closeTicket();
        }
    }

    /** Cancels its futures, so that the callers who wait for its result are notified. */
    void cancelFutures() {
        submission.futures().forEach(future -> future.cancel(false));
    }

    /** Describes it without calling {@code toString} on the task, whose text may contain anything. */
    String describe() {
        if (submission.original() instanceof Description given) {
            return given.text().get();
        }
        String name = submission.original().getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda) + " (lambda)";
    }

    private void end() {
        state.set(State.OVER);
        closeTicket();
    }

    private void closeTicket() {
        Ticket mine = ticket.getAndSet(null);
        if (mine != null) {
            mine.close();
        }
    }

    private void close(Ticket mine) {
        ticket.compareAndSet(mine, null);
        mine.close();
    }
}
