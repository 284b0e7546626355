package io.ebbtide.spring.work;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.spi.Traffic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.scheduling.SchedulingAwareRunnable;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;

/**
 * Counts each run of a {@code @Scheduled} method as a job, whatever scheduler runs it, and skips runs that would begin after the
 * signal. They are skipped, not cancelled: a context that is stopped and started again goes on with them. Stateless.
 */
final class ScheduledMethods implements SchedulingConfigurer, Ordered {
    private final CountedExecutors executors;

    ScheduledMethods(CountedExecutors executors) {
        this.executors = executors;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        TaskScheduler scheduler = registrar.getScheduler();
        if (scheduler != null) {
            registrar.setTaskScheduler(new Counting(scheduler, executors::traffic));
        }
    }

    /** After those that choose a scheduler. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    /** Passes each task on as one that counts its runs. As safe for use by many threads as the scheduler. */
    private record Counting(TaskScheduler scheduler, Supplier<@Nullable Traffic> traffic) implements TaskScheduler {
        private Runnable counted(Runnable task) {
            return new CountedRuns(task, traffic);
        }

        @Override
        public Clock getClock() {
            return scheduler.getClock();
        }

        @Override
        public @Nullable ScheduledFuture<?> schedule(Runnable task, Trigger trigger) {
            return scheduler.schedule(counted(task), trigger);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, Instant startTime) {
            return scheduler.schedule(counted(task), startTime);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Instant startTime, Duration period) {
            return scheduler.scheduleAtFixedRate(counted(task), startTime, period);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Duration period) {
            return scheduler.scheduleAtFixedRate(counted(task), period);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Instant startTime, Duration delay) {
            return scheduler.scheduleWithFixedDelay(counted(task), startTime, delay);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Duration delay) {
            return scheduler.scheduleWithFixedDelay(counted(task), delay);
        }
    }

    /** A scheduled method. Spring's router asks it for the scheduler that its annotation names. */
    private record CountedRuns(Runnable task, Supplier<@Nullable Traffic> traffic) implements SchedulingAwareRunnable {
        @Override
        public void run() {
            Traffic now = traffic.get();
            if (now == null) {
                task.run();
                return;
            }
            if (now.isShuttingDown()) {
                return;
            }
            Naming outer = Naming.current();
            if (outer != null) { // its scheduler has counted it already
                outer.rename(name());
                task.run();
                return;
            }
            Ticket ticket = now.admitOwn(WorkKind.JOB, this::name);
            if (ticket == null) {
                return;
            }
            Naming naming = new Naming(name());
            try (ticket) {
                naming.run(task);
            }
        }

        /** A {@code ScheduledMethodRunnable} is named after its method. */
        private String name() {
            return "@Scheduled " + task;
        }

        @Override
        public boolean isLongLived() {
            return task instanceof SchedulingAwareRunnable aware && aware.isLongLived();
        }

        @Override
        public @Nullable String getQualifier() {
            return task instanceof SchedulingAwareRunnable aware ? aware.getQualifier() : null;
        }

        @Override
        public String toString() {
            return task.toString();
        }
    }
}
