package io.ebbtide.work;

import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A scheduled executor whose tasks are work in flight, as in {@link WorkExecutor}. Once the service begins to shut
 * down, periodic tasks begin no further run, and a delayed task is kept, by {@link QueueRule#keep()}, only if it is due
 * before it would be aborted; otherwise it is dropped. Create with {@link #of}, and register with
 * {@code EbbtideBuilder.work}. Safe for use by many threads.
 */
public final class WorkScheduler extends WorkExecutor implements ScheduledExecutorService {
    private final ScheduledExecutorService delegate;
    private final Set<Future<?>> repeated = ConcurrentHashMap.newKeySet();

    private WorkScheduler(String name, ScheduledExecutorService delegate, QueueRule rule) {
        super(name, delegate, rule);
        this.delegate = delegate;
    }

    /**
     * Wraps an executor. From now on, tasks must be submitted through the wrapper alone.
     *
     * @param name in logs and reports
     * @param rule for tasks that have not begun when the service begins to shut down
     */
    public static WorkScheduler of(String name, ScheduledExecutorService executor, QueueRule rule) {
        return new WorkScheduler(name, executor, rule);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return later(new FutureTask<>(Executors.callable(notNull(command, "command"))), command, delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return later(new FutureTask<>(notNull(callable, "callable")), callable, delay, unit);
    }

    private <V> ScheduledFuture<V> later(FutureTask<V> result, Object original, long delay, TimeUnit unit) {
        Duration positive = Duration.ofNanos(Math.max(0, notNull(unit, "unit").toNanos(delay)));
        Task task = queue.add(Submission.of(result, original), positive);
        if (task == null) {
            return new Later<>(result, null, null);
        }
        try {
            return new Later<>(result, task, delegate.schedule(task, delay, unit));
        } catch (RuntimeException | Error e) { // rejected, or no thread is available: it will not run
            task.take();
            throw e;
        }
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        return repeat(delegate.scheduleAtFixedRate(round(command, period, unit), initialDelay, period, unit));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return repeat(delegate.scheduleWithFixedDelay(round(command, delay, unit), initialDelay, delay, unit));
    }

    private Runnable round(Runnable command, long period, TimeUnit unit) {
        notNull(command, "command");
        notNull(unit, "unit");
        if (period <= 0) {
            throw Expect.wrong("period", period, "> 0");
        }
        return () -> {
            if (!queue.isShuttingDown()) {
                queue.task(Submission.of(command, command), Duration.ZERO).run();
            }
        };
    }

    private ScheduledFuture<?> repeat(ScheduledFuture<?> rounds) {
        repeated.removeIf(Future::isDone);
        repeated.add(rounds);
        if (queue.isShuttingDown()) {
            rounds.cancel(false);
            throw new RejectedExecutionException(
                    "'%s' repeats no further task: the service is shutting down (expected: tasks before that)"
                            .formatted(queue.name()));
        }
        return rounds;
    }

    @Override
    void beginShutdown() {
        super.beginShutdown();
        repeated.forEach(rounds -> rounds.cancel(false));
    }

    /**
     * A task that is not yet due.
     *
     * @param result the future of its result
     * @param task null if it was handed back
     * @param timer null if it was handed back
     */
    private record Later<V>(
            FutureTask<V> result,
            @Nullable Task task,
            @Nullable ScheduledFuture<?> timer) implements ScheduledFuture<V> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = result.cancel(mayInterruptIfRunning);
            if (task != null && timer != null) {
                timer.cancel(false);
                task.take();
            }
            return cancelled;
        }

        @Override
        public boolean isCancelled() {
            return result.isCancelled();
        }

        @Override
        public boolean isDone() {
            return result.isDone();
        }

        @Override
        public V get() throws InterruptedException, ExecutionException {
            return result.get();
        }

        @Override
        public V get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            return result.get(timeout, unit);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return timer == null ? 0 : timer.getDelay(unit);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
