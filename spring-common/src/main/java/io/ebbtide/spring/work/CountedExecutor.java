package io.ebbtide.spring.work;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.spi.Traffic;
import io.ebbtide.work.WorkDecorator;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.util.ReflectionUtils;

/** Decorates the tasks of one executor of Spring's so that they count; the application's own decorator runs within. Safe for use by many threads. */
final class CountedExecutor implements TaskDecorator {
    /** Schedules itself anew at the end of each run of a trigger. */
    private static final String TRIGGER = "org.springframework.scheduling.concurrent.ReschedulingRunnable";

    private final String name;
    private final WorkDecorator work;
    private final @Nullable TaskDecorator own;
    private final Supplier<@Nullable Traffic> traffic;

    private CountedExecutor(
            String name, WorkDecorator work, @Nullable TaskDecorator own, Supplier<@Nullable Traffic> traffic) {
        this.name = name;
        this.work = work;
        this.own = own;
        this.traffic = traffic;
    }

    /**
     * Counts the tasks of a bean from now on.
     *
     * @param traffic returns the entry for work; null while there is no service
     * @return null if the bean is not an executor of Spring's
     * @throws IllegalStateException if it is one whose tasks cannot be decorated
     */
    static @Nullable WorkDecorator count(Object bean, String name, Supplier<@Nullable Traffic> traffic) {
        if (bean instanceof ThreadPoolTaskExecutor pool) {
            WorkDecorator work = WorkDecorator.ofPool(name, pool.getThreadPoolExecutor());
            pool.setTaskDecorator(
                    new CountedExecutor(name, work, ownDecorator(pool, ThreadPoolTaskExecutor.class), traffic));
            return work;
        }
        if (bean instanceof ThreadPoolTaskScheduler pool) {
            WorkDecorator work = WorkDecorator.ofPool(name, pool.getScheduledExecutor());
            pool.setTaskDecorator(
                    new CountedExecutor(name, work, ownDecorator(pool, ThreadPoolTaskScheduler.class), traffic));
            return work;
        }
        if (bean instanceof SimpleAsyncTaskExecutor threads) {
            WorkDecorator work = WorkDecorator.ofThreads(name);
            threads.setTaskDecorator(
                    new CountedExecutor(name, work, ownDecorator(threads, SimpleAsyncTaskExecutor.class), traffic));
            return work;
        }
        return null;
    }

    /** Spring has a setter, and nothing that returns the value. */
    private static @Nullable TaskDecorator ownDecorator(Object executor, Class<?> clazz) {
        Field field = ReflectionUtils.findField(clazz, "taskDecorator");
        if (field == null) {
            throw new IllegalStateException(clazz.getName() + " has no field 'taskDecorator'");
        }
        ReflectionUtils.makeAccessible(field);
        return (TaskDecorator) ReflectionUtils.getField(field, executor);
    }

    @Override
    public Runnable decorate(Runnable task) {
        Runnable decorated = own == null ? task : own.decorate(task);
        if (task instanceof RunnableScheduledFuture<?> scheduled) {
            boolean repeats = scheduled.isPeriodic() || isTrigger();
            return repeats ? () -> runCounted(decorated) : later(scheduled, decorated);
        }
        Naming naming = Naming.of(task);
        try {
            return work.once(() -> naming.run(decorated), naming);
        } catch (RejectedExecutionException e) {
            return decorated; // drained: what beans do while they are destroyed is Spring's
        }
    }

    private Runnable later(RunnableScheduledFuture<?> task, Runnable decorated) {
        Naming naming = Naming.of(task);
        Duration delay = Duration.ofNanos(Math.max(0, task.getDelay(TimeUnit.NANOSECONDS)));
        try {
            return work.later(() -> naming.run(decorated), task, delay, naming);
        } catch (RejectedExecutionException e) {
            return decorated; // due after the end: a request of the lame duck must not fail for it
        }
    }

    /** Whether a trigger calls this: the next run of a cron expression is a delayed task for which no shutdown waits. */
    private static boolean isTrigger() {
        return StackWalker.getInstance()
                .walk(frames ->
                        frames.limit(12).anyMatch(frame -> frame.getClassName().equals(TRIGGER)));
    }

    /** One run of a repeated task. It is never skipped, as it would not be repeated then; it counts if it begins before the drain is over. */
    private void runCounted(Runnable task) {
        Naming naming = new Naming("repeated task");
        Traffic now = traffic.get();
        Ticket ticket = now == null ? null : now.admitOwn(WorkKind.JOB, () -> name + ": " + naming.get());
        if (ticket == null) {
            task.run();
            return;
        }
        try (ticket) {
            naming.run(task);
        }
    }
}
