package io.ebbtide.work;

import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.Backlog;
import io.ebbtide.lifecycle.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The tasks of one executor that wait or run, and the rule for those that wait. Safe for use by many threads. */
final class TaskQueue implements Backlog {
    /*
     * A task that was added before the service was told to leave is found in `waiting` and dealt with by the rule; one that
     * is added after it finds `leaving` set. A task is put into `waiting` before it looks at `leaving`, so none falls
     * between.
     */
    private final String name;
    private final QueueRule rule;
    private final Set<Task> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Task> running = ConcurrentHashMap.newKeySet();
    private final LongAdder removed = new LongAdder();
    private volatile @Nullable Traffic traffic;
    private volatile boolean leaving;

    TaskQueue(String name, QueueRule rule) {
        this.name = name;
        this.rule = rule;
    }

    String name() {
        return name;
    }

    boolean isLeaving() {
        return leaving;
    }

    /** Tasks that may begin and have not; those that wait for their time do not count. */
    @Override
    public int depth() {
        return (int)
                waiting.stream().filter(task -> !task.waited().isNegative()).count();
    }

    @Override
    public Duration oldest() {
        return waiting.stream().map(Task::waited).reduce(Duration.ZERO, Durations::max);
    }

    /** From now on there is a service that waits for the tasks. */
    void bind(Traffic newTraffic) {
        traffic = newTraffic;
        running.forEach(Task::count);
        if (rule.keeps()) {
            waiting.stream().filter(task -> task.isDueBefore(Duration.ZERO)).forEach(Task::count);
        }
    }

    /**
     * A new task, which waits.
     *
     * @param delay until it may begin
     * @return null if it was handed back instead
     * @throws RejectedExecutionException if the service is drained, or leaves and drops such a task
     */
    @Nullable
    Task add(Runnable body, Object original, Duration delay) {
        Task task = task(body, original, delay);
        waiting.add(task);
        if (!leaving && (!rule.keeps() || !delay.isZero())) {
            return task; // counted when it begins, or when the service leaves
        }
        if (leaving && !isKept(task)) {
            refuse(task);
            return null;
        }
        try {
            task.count();
        } catch (RuntimeException | Error e) {
            task.take();
            throw e;
        }
        return task;
    }

    /** A task that begins now, on the calling thread. */
    Task task(Runnable body, Object original, Duration delay) {
        return new Task(this, body, original, Ticker.system().nanos() + delay.toNanos());
    }

    /** Deals by the rule with what waits. A second call finds nothing. */
    void leave() {
        leaving = true;
        RuntimeException failure = null;
        for (Task task : waiting) {
            try {
                if (isKept(task)) {
                    task.count();
                } else if (task.take()) {
                    turnAway(task);
                }
            } catch (RuntimeException e) { // of whoever takes tasks back: the others are given to it all the same
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private boolean isKept(Task task) {
        return rule.keeps() && task.isDueBefore(remaining());
    }

    /** Whether nothing waits, and nothing runs. */
    boolean isEmpty() {
        return waiting.isEmpty() && running.isEmpty();
    }

    /** Takes out all that waits, whatever the rule. */
    List<Runnable> takeAll() {
        return waiting.stream().filter(Task::take).map(Task::body).toList();
    }

    /** A task that comes too late to an executor that does not keep it: handed back, or refused. */
    private void refuse(Task task) {
        if (task.take()) { // else it was found among those that wait, and dealt with already
            turnAway(task);
        }
        if (rule.taker() == null) {
            throw new RejectedExecutionException(
                    "'%s' takes no further task: the service leaves (expected: tasks before that, or QueueRule.handBack)"
                            .formatted(name));
        }
    }

    /** Hands a task back, or drops it. To be called once, by whoever has taken the task. */
    void turnAway(Task task) {
        task.cancelFuture();
        removed.increment();
        Consumer<Object> taker = rule.taker();
        if (taker != null) {
            taker.accept(task.original());
        }
    }

    /** How many were dropped or handed back, in words; empty if none were. */
    String summary() {
        long count = removed.sum();
        return count == 0 ? "" : count + " waiting task(s) " + (rule.taker() == null ? "dropped" : "handed back");
    }

    /**
     * A ticket for a task; null while there is no service.
     *
     * @throws RejectedExecutionException if the service is drained
     */
    @Nullable
    Ticket enter(Task task) {
        Traffic now = traffic;
        if (now == null) {
            return null;
        }
        Ticket ticket = now.admitOwn(WorkKind.JOB, () -> name + ": " + task.describe());
        if (ticket == null) {
            throw new RejectedExecutionException(
                    "'%s' takes no further task: the service is drained (expected: tasks before that)".formatted(name));
        }
        return ticket;
    }

    /** How long tasks may go on at least before they are cut. */
    Duration remaining() {
        Traffic now = traffic;
        return now == null ? InFlight.UNLIMITED : now.remaining(WorkKind.JOB);
    }

    /** Whether what begins now would begin after the shutdown has written down what was cut. */
    boolean isTimeOver() {
        return remaining().isZero();
    }

    void remove(Task task) {
        waiting.remove(task);
    }

    void began(Task task) {
        running.add(task);
    }

    void ended(Task task) {
        running.remove(task);
    }
}
