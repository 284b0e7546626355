package io.ebbtide.work;

import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Ticker;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.Traffic;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The tasks of one executor that wait or run, and the rule for those that wait. Safe for use by many threads. */
final class TaskQueue implements Backlog {
    /*
     * A task that was added before the shutdown began is found in `waiting` and handled by the rule; one that is added
     * after it finds `shuttingDown` set. A task is put into `waiting` before `shuttingDown` is read, so none is missed.
     */
    /** A thread that has taken a task out of the executor's queue begins it within this time, however busy the machine is. */
    private static final long LOST_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

    private final String name;
    private final QueueRule rule;
    private final @Nullable ExecutorService executor;
    private final Ticker ticker;
    private final AtomicLong submitted = new AtomicLong();
    private final AtomicLong sweptAtNanos;
    private final Set<Task> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Task> running = ConcurrentHashMap.newKeySet();
    private final LongAdder removed = new LongAdder();
    private volatile @Nullable Traffic traffic;
    private volatile boolean shuttingDown;

    /** @param executor that runs the tasks; null if each task has a thread of its own */
    TaskQueue(String name, QueueRule rule, @Nullable ExecutorService executor, Ticker ticker) {
        this.name = name;
        this.rule = rule;
        this.executor = executor;
        this.ticker = ticker;
        sweptAtNanos = new AtomicLong(ticker.nanos());
    }

    String name() {
        return name;
    }

    Ticker ticker() {
        return ticker;
    }

    boolean isShuttingDown() {
        return shuttingDown;
    }

    /** Tasks that may begin and have not; tasks that are not yet due do not count. */
    @Override
    public int depth() {
        sweep();
        return (int)
                waiting.stream().filter(task -> !task.waited().isNegative()).count();
    }

    @Override
    public Duration oldest() {
        return waiting.stream().map(Task::waited).reduce(Duration.ZERO, Durations::max);
    }

    /** Sets the service that waits for the tasks from now on; a second service may do so after the end of the first. */
    void bind(Traffic newTraffic) {
        shuttingDown = false;
        traffic = newTraffic;
        running.forEach(Task::count);
        if (rule.keeps()) {
            waiting.stream().filter(task -> task.isDueBefore(Duration.ZERO)).forEach(Task::count);
        }
    }

    /**
     * Adds a new task, which waits.
     *
     * @param delay until it may begin
     * @return null if it was handed back instead
     * @throws RejectedExecutionException if the service is drained, or is shutting down and drops such a task
     */
    @Nullable
    Task add(Submission submission, Duration delay) {
        Task task = task(submission, delay);
        waiting.add(task);
        if (!shuttingDown && (!rule.keeps() || !delay.isZero())) {
            return task; // counted when it begins, or when the service shuts down
        }
        if (shuttingDown && !isKept(task)) {
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

    /** Adds a task that begins now, on the calling thread. */
    Task task(Submission submission, Duration delay) {
        long dueNanos = ticker.nanos() + delay.toNanos();
        return new Task(this, submission, submitted.incrementAndGet(), dueNanos);
    }

    /** Applies the rule to the waiting tasks. A second call finds none. */
    void beginShutdown() {
        shuttingDown = true;
        sweepNow();
        RuntimeException failure = null;
        for (Task task : inOrder()) {
            try {
                if (isKept(task)) {
                    task.count();
                } else if (task.take()) {
                    turnAway(task);
                }
            } catch (RuntimeException e) { // from the taker: it receives the others all the same
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
        return task.isAwaited() || (rule.keeps() && task.isDueBefore(remaining()));
    }

    /** The waiting tasks, in the order of their submission. */
    private List<Task> inOrder() {
        return waiting.stream().sorted(Comparator.comparingLong(Task::number)).toList();
    }

    /** Calls {@link #sweepNow} if the last call was long enough ago to find anything. */
    void sweep() {
        long now = ticker.nanos();
        long last = sweptAtNanos.get();
        if (now - last >= LOST_AFTER_NANOS && sweptAtNanos.compareAndSet(last, now)) {
            sweepNow();
        }
    }

    /**
     * Finds tasks that the executor will not run: it has terminated, or its handler for rejected tasks discards tasks
     * silently. Such tasks no longer count; otherwise they would count for ever.
     */
    private void sweepNow() {
        waiting.stream().filter(Task::isCancelled).forEach(Task::take);
        if (executor == null) {
            // a thread begins its task at once: otherwise it could not be started, or the task was refused
            long now = ticker.nanos();
            waiting.forEach(task -> task.seen(false, now, LOST_AFTER_NANOS));
        } else if (executor.isTerminated()) {
            inOrder().forEach(Task::discard);
        } else if (executor instanceof ThreadPoolExecutor pool && !(executor instanceof ScheduledExecutorService)) {
            List<Task> all = List.copyOf(waiting); // before the queue is read: one added later is not missed
            Set<Runnable> held = Collections.newSetFromMap(new IdentityHashMap<>());
            held.addAll(pool.getQueue());
            long now = ticker.nanos();
            all.forEach(task -> task.seen(held.contains(task), now, LOST_AFTER_NANOS));
        }
    }

    /** Whether no task waits or runs. */
    boolean isEmpty() {
        return waiting.isEmpty() && running.isEmpty();
    }

    /** Removes all waiting tasks, whatever the rule. */
    List<Runnable> takeAll() {
        return inOrder().stream().filter(Task::take).map(Task::body).toList();
    }

    /** Handles a task that was submitted too late to an executor that does not keep it: handed back, or rejected. */
    private void refuse(Task task) {
        if (task.take()) { // else it was found among the waiting ones, and is handled
            turnAway(task);
        }
        if (rule.taker() == null) {
            throw new RejectedExecutionException(
                    "'%s' accepts no further task: the service is shutting down (expected: tasks before that, or QueueRule.handBack)"
                            .formatted(name));
        }
    }

    /** Hands a task back, or drops it. To be called once, by the caller that has taken the task. */
    void turnAway(Task task) {
        task.cancelFutures();
        removed.increment();
        Consumer<Object> taker = rule.taker();
        if (taker != null) {
            taker.accept(task.original());
        }
    }

    /** How many tasks were dropped or handed back, as text; empty if none were. */
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
                    "'%s' accepts no further task: the service is drained (expected: tasks before that)"
                            .formatted(name));
        }
        return ticket;
    }

    /** The minimum time that tasks may continue before they are aborted. */
    Duration remaining() {
        Traffic now = traffic;
        return now == null ? InFlight.UNLIMITED : now.remaining(WorkKind.JOB);
    }

    /** Whether a task that begins now would begin after the shutdown has recorded the aborted work. */
    boolean isTimeOver() {
        return remaining().isZero();
    }

    void remove(Task task) {
        waiting.remove(task);
    }

    /** Removes a taken task from the executor's own queue, where it need not occupy a place. */
    void removeFromExecutor(Task task) {
        if (executor instanceof ThreadPoolExecutor pool) {
            pool.remove(task);
        }
    }

    void began(Task task) {
        running.add(task);
    }

    void ended(Task task) {
        running.remove(task);
    }
}
