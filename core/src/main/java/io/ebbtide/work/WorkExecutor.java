package io.ebbtide.work;

import io.ebbtide.internal.Expect;
import io.ebbtide.lifecycle.TrafficSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An executor whose tasks are work in flight: those that run when the service is told to stop are waited for, those that
 * have not begun are dealt with by a {@link QueueRule}. It is shut down with the service. Got from {@link #of}, given to
 * {@code EbbtideBuilder.work}. Safe for use by many threads.
 *
 * <pre>{@code
 * var mails = WorkExecutor.of("mails", Executors.newFixedThreadPool(4), QueueRule.keep());
 * Ebbtide.builder("orders").work(mails).serve(UndertowSource.http(8080, new Orders(mails))).build().run();
 * }</pre>
 *
 * <p>A task counts as a {@code JOB}, called after the executor and its class. Before the service starts, tasks run
 * uncounted.
 */
public sealed class WorkExecutor extends AbstractExecutorService permits WorkScheduler {
    final TaskQueue queue;
    private final ExecutorService delegate;

    WorkExecutor(String name, ExecutorService delegate, QueueRule rule) {
        this.delegate = Expect.present(delegate, "executor '" + name + "'");
        queue = new TaskQueue(Expect.text(name, "name"), Expect.present(rule, "rule of '" + name + "'"));
    }

    /**
     * Wraps an executor, which from now on gets tasks through this one alone.
     *
     * @param name in logs and reports
     * @param rule for tasks that have not begun when the service is told to stop
     */
    public static WorkExecutor of(String name, ExecutorService executor, QueueRule rule) {
        return new WorkExecutor(name, executor, rule);
    }

    /**
     * How long tasks may go on before they are cut, at least: a long one can look here and save itself in time. Never
     * blocks.
     *
     * @return {@link io.ebbtide.inflight.InFlight#UNLIMITED} until the service is told to stop; zero once the time is over
     */
    public Duration remaining() {
        return queue.remaining();
    }

    /**
     * {@inheritDoc}
     *
     * @throws RejectedExecutionException if the service is drained, or is told to stop and drops what has not begun, or if
     *     the executor rejects it
     */
    @Override
    public void execute(Runnable command) {
        Object original = command instanceof Submitted<?> submitted ? submitted.original : command;
        Task task = queue.add(command, original, Duration.ZERO);
        if (task == null) {
            return;
        }
        try {
            delegate.execute(task);
        } catch (RuntimeException | Error e) { // rejected, or no thread to be had: then nobody will run it
            task.take();
            throw e;
        }
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
        return new Submitted<>(runnable, value);
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> callable) {
        return new Submitted<>(callable);
    }

    /** A future that knows what it was made of. */
    private static final class Submitted<T> extends FutureTask<T> {
        private final Object original;

        Submitted(Callable<T> callable) {
            super(callable);
            original = callable;
        }

        Submitted(Runnable runnable, T value) {
            super(runnable, value);
            original = runnable;
        }
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

    /** The same as a traffic source, which has no senders. */
    public static TrafficSource asTraffic(WorkExecutor executor) {
        return new ExecutorTraffic(executor);
    }

    /** Deals with what has not begun. A second call finds nothing. */
    void leave() {
        queue.leave();
    }
}
