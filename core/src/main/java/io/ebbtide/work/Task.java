package io.ebbtide.work;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A task in an executor: it is run once, or taken out before, never both. Safe for use by many threads. */
final class Task implements Runnable {
    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    private final TaskQueue queue;
    private final Runnable body;
    private final Object original;
    private final long dueNanos;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final AtomicReference<@Nullable Ticket> ticket = new AtomicReference<>();

    /**
     * @param body what is run, perhaps a future around the original
     * @param original as it was submitted
     * @param dueNanos when it may begin, by the system's ticker
     */
    Task(TaskQueue queue, Runnable body, Object original, long dueNanos) {
        this.queue = queue;
        this.body = body;
        this.original = original;
        this.dueNanos = dueNanos;
    }

    boolean isDueBefore(Duration fromNow) {
        return dueNanos - Ticker.system().nanos() <= Math.min(Long.MAX_VALUE / 4, fromNow.toMillis() * 1_000_000);
    }

    /** How long it could have begun already; negative if it still waits for its time. */
    Duration waited() {
        return Duration.ofNanos(Ticker.system().nanos() - dueNanos);
    }

    Runnable body() {
        return body;
    }

    Object original() {
        return original;
    }

    /**
     * Has it waited for from now on, if it is not over and was not before.
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
        queue.began(this); // first: it is always in one of the two
        queue.remove(this);
        try {
            try {
                count();
            } catch (RejectedExecutionException e) { // drained meanwhile: then by the rule
                queue.turnAway(this);
                return;
            }
            if (queue.isTimeOver()) { // it waited until it was cut: components stop, and it must not begin among them
                queue.turnAway(this);
                return;
            }
            Ticket mine = ticket.get();
            if (mine != null) {
                mine.workedOnBy(Thread.currentThread());
            }
            body.run();
        } finally {
            queue.ended(this);
            end();
        }
    }

    /** Takes it out; returns false if it runs or is over. */
    boolean take() {
        if (!state.compareAndSet(State.WAITING, State.OVER)) {
            return false;
        }
        queue.remove(this);
        end();
        return true;
    }

    /** Whoever waits for its result is told that there will be none. */
    void cancelFuture() {
        if (body instanceof Future<?> future) {
            future.cancel(false);
        }
    }

    /** What it is, without asking the task, whose text may hold anything. */
    String describe() {
        String name = original.getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda) + " (lambda)";
    }

    private void end() {
        state.set(State.OVER);
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
