package io.ebbtide.work;

import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Ticker;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the tasks of an executor that belongs to a framework, which lets its tasks be decorated and cannot be wrapped as by {@link
 * WorkExecutor}: a shutdown waits for them. From the signal on, tasks that have not begun are kept, as by {@link QueueRule#keep()}.
 * The executor is never shut down here; its owner does so.
 *
 * <p>A task counts from its decoration on, so the caller gives it to the executor at once. It no longer counts once it has run, its
 * future is cancelled, or the executor has refused it: a {@link ThreadPoolExecutor}'s refusal is noticed at once, a discarded task,
 * and any refusal of an executor without a pool, within seconds, whenever {@link Backlog#depth} is read.
 *
 * <pre>{@code
 * var mails = WorkDecorator.ofPool("mails", executor.getThreadPoolExecutor());
 * executor.setTaskDecorator(task -> mails.once(task, () -> "mail"));
 * Ebbtide.builder("orders").serve(WorkDecorator.asTraffic(mails)).serve(http).run();
 * }</pre>
 *
 * <p>Create with {@link #ofPool} or {@link #ofThreads}. Safe for use by many threads.
 */
public final class WorkDecorator {
    private final TaskQueue queue;

    private WorkDecorator(String name, @Nullable ExecutorService executor) {
        queue = new TaskQueue(Expect.name(name, "name"), QueueRule.keep(), executor, Ticker.system());
        if (executor instanceof ThreadPoolExecutor pool) {
            RejectionWatch.install(pool);
        }
    }

    /**
     * Creates a decorator for tasks of a pool, whose handler of rejected tasks is watched from now on.
     *
     * @param name in logs and reports
     */
    public static WorkDecorator ofPool(String name, ExecutorService pool) {
        return new WorkDecorator(name, Expect.present(pool, "pool of '" + name + "'"));
    }

    /**
     * Creates a decorator for tasks that each begin at once, on a thread of their own.
     *
     * @param name in logs and reports
     */
    public static WorkDecorator ofThreads(String name) {
        return new WorkDecorator(name, null);
    }

    /**
     * Returns the task for the executor, counted from now on.
     *
     * @param description called only when the work is listed, on any thread; no secrets
     * @return runs the task at most once
     * @throws java.util.concurrent.RejectedExecutionException if the service is drained
     */
    public Runnable once(Runnable task, Supplier<String> description) {
        return later(task, task instanceof Future<?> future ? future : null, Duration.ZERO, description);
    }

    /**
     * Returns a task that is not yet due. It counts once it begins, or once the service begins to shut down, if it is then due before
     * it would be aborted; otherwise it is dropped.
     *
     * @param future cancelled if the task is dropped; a task whose future is cancelled no longer counts; null if there is none
     * @param delay until it may begin; zero or less for a task that may begin now
     * @param description called only when the work is listed, on any thread; no secrets
     * @return runs the task at most once
     * @throws java.util.concurrent.RejectedExecutionException if the service is drained, or is shutting down and the task would be
     *     due too late
     */
    public Runnable later(Runnable task, @Nullable Future<?> future, Duration delay, Supplier<String> description) {
        Expect.present(task, "task");
        Expect.present(delay, "delay");
        Expect.present(description, "description");
        List<Future<?>> futures = future == null ? List.of() : List.of(future);
        var submission = new Submission(task, new Description(description), futures, false);
        Task counted = queue.add(submission, delay.isNegative() ? Duration.ZERO : delay);
        return counted == null ? () -> {} : counted; // never null under this rule
    }

    /** Returns the tasks that have not begun. */
    public Backlog backlog() {
        return queue;
    }

    /**
     * Returns the decorated tasks as a traffic source without senders. Unlike others, it may be started again, once the service that
     * it was started with is stopped.
     */
    public static TrafficSource asTraffic(WorkDecorator decorator) {
        return new DecoratedTraffic(Expect.present(decorator, "decorator").queue);
    }

    /** Its methods are called as {@link TrafficSource} specifies. */
    private record DecoratedTraffic(TaskQueue queue) implements TrafficSource {
        @Override
        public String name() {
            return queue.name();
        }

        @Override
        public boolean hasSenders() {
            return false;
        }

        @Override
        public void start(Traffic traffic) {
            queue.bind(traffic);
        }

        @Override
        public void beginShutdown() {
            queue.beginShutdown();
        }

        @Override
        public void stopAccepting() {
            queue.beginShutdown();
        }

        /** The executor is its owner's. */
        @Override
        public void close(Duration within) {}

        @Override
        public Backlog backlog() {
            return queue;
        }

        @Override
        public String summary() {
            return queue.summary();
        }
    }
}
