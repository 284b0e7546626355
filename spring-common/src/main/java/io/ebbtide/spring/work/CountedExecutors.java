package io.ebbtide.spring.work;

import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.work.WorkDecorator;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * The executors of an application as one traffic source: the tasks of each {@code ThreadPoolTaskExecutor}, {@code
 * ThreadPoolTaskScheduler}, {@code SimpleAsyncTaskExecutor} and {@code SimpleAsyncTaskScheduler} that is a bean count as jobs, from
 * their submission on. Spring shuts the executors down, after the drain. Safe for use by many threads.
 */
final class CountedExecutors implements BeanPostProcessor, PriorityOrdered, TrafficSource, Backlog {
    /*
     * A bean may be created, and with it an executor, at any time: so one source stands for all of them. While the service shuts
     * down, a thread looks for tasks that their executor has lost, which would otherwise be waited for until their time is over.
     */
    private static final Logger LOG = LoggerFactory.getLogger(CountedExecutors.class);

    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final List<WorkDecorator> all = new CopyOnWriteArrayList<>();
    private volatile @Nullable Traffic traffic;
    private boolean shuttingDown;
    private CompletableFuture<Void> closed = new CompletableFuture<>();

    /** Returns the entry for work; null while there is no service. */
    @Nullable
    Traffic traffic() {
        return traffic;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        try {
            WorkDecorator work = CountedExecutor.count(bean, beanName, this::traffic);
            if (work != null) {
                add(work);
            }
        } catch (RuntimeException e) {
            LOG.warn(
                    "the tasks of executor '{}' are not counted: a shutdown does not wait for them (expected: an executor whose"
                            + " tasks can be decorated)",
                    beanName,
                    e);
        }
        return bean;
    }

    private synchronized void add(WorkDecorator work) throws IllegalStateException {
        all.add(work);
        Traffic now = traffic;
        if (now != null) {
            start(WorkDecorator.asTraffic(work), now);
            if (shuttingDown) {
                beginShutdown(WorkDecorator.asTraffic(work));
            }
        }
    }

    private static void start(TrafficSource source, Traffic with) {
        call(source, () -> source.start(with));
    }

    private static void beginShutdown(TrafficSource source) {
        call(source, source::beginShutdown);
    }

    private interface Call {
        void run() throws Exception;
    }

    /** None of them throws a checked exception. */
    private static void call(TrafficSource source, Call call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(source.name(), e);
        }
    }

    /** Before proxies are created. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public String name() {
        return "executors";
    }

    @Override
    public boolean hasSenders() {
        return false;
    }

    @Override
    public synchronized void start(Traffic newTraffic) {
        shuttingDown = false;
        closed = new CompletableFuture<>();
        traffic = newTraffic;
        all.forEach(work -> start(WorkDecorator.asTraffic(work), newTraffic));
    }

    @Override
    public void beginShutdown() {
        stopAccepting();
    }

    @Override
    public void stopAccepting() {
        CompletableFuture<Void> end;
        synchronized (this) {
            if (shuttingDown) {
                return;
            }
            shuttingDown = true;
            end = closed;
        }
        all.forEach(work -> beginShutdown(WorkDecorator.asTraffic(work)));
        var sweeper = new Thread(() -> sweepUntil(end), "ebbtide-executors");
        sweeper.setDaemon(true);
        sweeper.start();
    }

    private void sweepUntil(CompletableFuture<Void> end) {
        while (true) {
            depth();
            try {
                end.get(SWEEP.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                // once more
            } catch (InterruptedException | ExecutionException e) {
                return;
            }
        }
    }

    @Override
    public synchronized void close(Duration within) {
        closed.complete(null);
    }

    @Override
    public Backlog backlog() {
        return this;
    }

    @Override
    public int depth() {
        return all.stream().mapToInt(work -> work.backlog().depth()).sum();
    }

    @Override
    public Duration oldest() {
        return all.stream()
                .map(work -> work.backlog().oldest())
                .filter(Objects::nonNull)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    @Override
    public String summary() {
        return all.stream()
                .map(WorkDecorator::asTraffic)
                .filter(source -> !source.summary().isEmpty())
                .map(source -> source.name() + ": " + source.summary())
                .collect(Collectors.joining("; "));
    }
}
