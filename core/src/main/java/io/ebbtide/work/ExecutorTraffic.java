package io.ebbtide.work;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The traffic source that an executor is to the shutdown. Its methods are called as {@link TrafficSource} specifies. */
final class ExecutorTraffic implements TrafficSource {
    private final WorkExecutor executor;

    ExecutorTraffic(WorkExecutor executor) {
        this.executor = Expect.present(executor, "executor");
    }

    @Override
    public String name() {
        return executor.queue.name();
    }

    /** No outside client sends to it. */
    @Override
    public boolean hasSenders() {
        return false;
    }

    @Override
    public void start(Traffic traffic) {
        executor.queue.bind(traffic);
    }

    @Override
    public void beginShutdown() {
        executor.beginShutdown();
    }

    @Override
    public void stopAccepting() {
        executor.beginShutdown();
    }

    /**
     * {@inheritDoc} Tasks whose time is over are interrupted; futures of those that never began are cancelled.
     *
     * @throws TimeoutException if a task ignores the interrupt
     */
    @Override
    public void close(Duration within) throws InterruptedException, TimeoutException {
        long half = Durations.nanos(within) / 2;
        boolean over = executor.queue.isEmpty(); // a scheduler may hold removed tasks for hours
        executor.shutdown();
        if (!over && executor.awaitTermination(half / 4, TimeUnit.NANOSECONDS)) {
            return;
        }
        for (Runnable never : executor.shutdownNow()) {
            if (never instanceof Future<?> result) {
                result.cancel(false); // or its callers would wait for ever
            }
        }
        if (!executor.awaitTermination(half, TimeUnit.NANOSECONDS)) {
            throw new TimeoutException("tasks of '%s' still run %s after they were interrupted"
                    .formatted(name(), Durations.text(Duration.ofNanos(half))));
        }
    }

    @Override
    public Backlog backlog() {
        return executor.queue;
    }

    @Override
    public String summary() {
        return executor.queue.summary();
    }
}
