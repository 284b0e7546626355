package io.ebbtide.work;

import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Ticker;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An executor whose tasks are work in flight, so that a shutdown waits for them.
 *
 * <p>It wraps an executor of the application. Until the service starts, tasks run uncounted; from then on each counts
 * as a {@code JOB}, described by the executor's name and the task's class. When the service begins to shut down,
 * running tasks are waited for, and a {@link QueueRule} decides about tasks that have not begun: they are run, dropped
 * or handed back. Tasks that are still running when their time is over are interrupted. The executor is shut down with the service,
 * after its components.
 *
 * <pre>{@code
 * var mails = WorkExecutor.of("mails", Executors.newFixedThreadPool(4), QueueRule.keep());
 * mails.execute(() -> handle(queue.remove()));
 * Ebbtide.builder("orders").work(mails).serve(http).run();
 * }</pre>
 *
 * <p>A task no longer counts once it is removed by its future's {@code cancel}, by the executor's handler for rejected
 * tasks or by the executor's own shutdown. A stage of a {@code CompletableFuture} is kept under every rule until the
 * service is drained: only running it can notify the callers who wait for it.
 *
 * <p>Create with {@link #of}, and register with {@code EbbtideBuilder.work}. Safe for use by many threads.
 */
public sealed class WorkExecutor extends AbstractExecutorService permits WorkScheduler {
    final TaskQueue queue;
    private final ExecutorService delegate;
    /** The future that the thread has created and not submitted yet: the JDK may wrap it in between. */
    private static final ThreadLocal<@Nullable Submitted<?>> MADE = new ThreadLocal<>();

    /** An executor exists before the service that waits for its tasks. */
    WorkExecutor(String name, ExecutorService delegate, QueueRule rule) {
        this(name, delegate, rule, Ticker.system());
    }

    WorkExecutor(String name, ExecutorService delegate, QueueRule rule, Ticker ticker) {
        this.delegate = Expect.present(delegate, "executor '" + name + "'");
        queue = new TaskQueue(
                Expect.name(name, "name"), Expect.present(rule, "rule of '" + name + "'"), delegate, ticker);
        if (delegate instanceof ThreadPoolExecutor pool) {
            RejectionWatch.install(pool);
        }
    }

    /**
     * Wraps an executor. From now on, tasks must be submitted through the wrapper alone.
     *
     * @param name in logs and reports
     * @param rule for tasks that have not begun when the service begins to shut down
     */
    public static WorkExecutor of(String name, ExecutorService executor, QueueRule rule) {
        return new WorkExecutor(name, executor, rule);
    }

    /**
     * Returns the minimum time that tasks may continue before they are aborted: a long task can poll it and save its
     * state in time. Never blocks.
     *
     * @return {@link io.ebbtide.inflight.InFlight#UNLIMITED} until the service begins to shut down; zero once the time
     *     is over
     */
    public Duration remaining() {
        return queue.remaining();
    }

    /**
     * {@inheritDoc}
     *
     * @throws RejectedExecutionException if the service is drained; if it is shutting down and the rule drops tasks
     *     that have not begun; if the executor rejects the task
     * @throws NullPointerException if the task is null
     */
    @Override
    public void execute(Runnable command) {
        Submitted<?> inner = MADE.get();
        MADE.remove();
        Submission submission = Submission.of(notNull(command, "command"), inner);
        Task task = queue.add(submission, Duration.ZERO);
        if (task == null) {
            return;
        }
        for (Future<?> future : submission.futures()) {
            if (future instanceof Submitted<?> submitted) {
                submitted.onCancel(task::remove);
            }
        }
        try {
            delegate.execute(task);
        } catch (RuntimeException | Error e) { // rejected, or no thread is available: it will not run
            task.take();
            throw e;
        }
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
        var future = new Submitted<>(notNull(runnable, "task"), value);
        MADE.set(future);
        return future;
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> callable) {
        var future = new Submitted<>(notNull(callable, "task"));
        MADE.set(future);
        return future;
    }

    @Override
    public Future<?> submit(Runnable task) {
        return super.submit(notNull(task, "task"));
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        return super.submit(notNull(task, "task"), result);
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
        return super.submit(notNull(task, "task"));
    }

    /** The exception that {@link java.util.concurrent.Executor} requires, with a message. */
    static <T> T notNull(@Nullable T value, String name) {
        if (value == null) {
            throw new NullPointerException(name + ": null (expected: not null)");
        }
        return value;
    }

    @Override
    public void shutdown() {
        delegate.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> never = queue.takeAll();
        delegate.shutdownNow();
        return never;
    }

    @Override
    public boolean isShutdown() {
        return delegate.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return delegate.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return delegate.awaitTermination(timeout, unit);
    }

    /** Returns the executor as a traffic source without external clients: it needs no lame duck. */
    public static TrafficSource asTraffic(WorkExecutor executor) {
        return new ExecutorTraffic(executor);
    }

    /** Applies the rule to the tasks that have not begun. A second call finds none. */
    void beginShutdown() {
        queue.beginShutdown();
    }
}
