package io.ebbtide.spring;

import io.ebbtide.spring.DisposableBeans.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;

/** One close of a context, in which a bean whose end hangs does not keep the next ones from being destroyed. One thread only. */
final class ContextClose {
    /*
     * Spring destroys beans on the thread that closes the context, one after the other, and none has a bound. Here that thread is one of our
     * own, and each bean reports its beginning and its end (DisposableBeans). A bean that takes half of the remaining time is interrupted;
     * one that goes on is given up, and another thread destroys the rest: Spring has removed the bean from its registry by then, and holds
     * no lock.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ContextClose.class);

    private static final int FRAMES = 16;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration MIN = Duration.ofMillis(50);

    /** What remains after an interrupt for a bean to end, as a part of the remaining time. */
    private static final int SHARE_AFTER_INTERRUPT = 8;

    /** What remains, at the end of the bound, for the caller to go on by itself. */
    private static final int SHARE_OF_CALLER = 20;

    private final ConfigurableApplicationContext context;
    private final String service;
    private final DisposableBeans beans;
    private final Duration untilBeans;
    private final List<String> hung = new ArrayList<>();
    private long deadlineNanos;
    private long untilBeansNanos;

    /** @param untilBeans the time for all that Spring does before it destroys beans: events, and phases of lifecycles */
    ContextClose(ConfigurableApplicationContext context, String service, Duration untilBeans) {
        this.context = context;
        this.service = service;
        this.untilBeans = untilBeans;
        beans = DisposableBeans.of(context.getBeanFactory());
    }

    /**
     * Closes the context; returns at the end of the bound at the latest.
     *
     * @throws IllegalStateException if a bean hung, which the message names with its stack
     */
    void close(Duration within) throws InterruptedException {
        long startNanos = System.nanoTime();
        deadlineNanos =
                startNanos + within.minus(within.dividedBy(SHARE_OF_CALLER)).toNanos();
        untilBeansNanos = startNanos + untilBeans.toNanos();
        Run run = new Run("ebbtide-" + service + "-close-context", context::close);
        while (run != null && !run.isOver(POLL)) {
            Step step = beans.current();
            if (System.nanoTime() >= endNanos(step, run)) {
                run = giveUpUnlessItEnds(step, run);
            }
        }
        if (!hung.isEmpty()) {
            throw new IllegalStateException(String.join("; ", hung));
        }
    }

    /** When this step must have ended. */
    private long endNanos(@Nullable Step step, Run run) {
        if (step == null) {
            return Math.min(untilBeansNanos, deadlineNanos);
        }
        long beganNanos = Math.max(step.beganNanos(), run.beganNanos);
        return beganNanos + Math.max(MIN.toNanos(), (deadlineNanos - beganNanos) / 2);
    }

    /** Returns the run to wait for: the same one if there is progress, null if there is no more time. */
    private @Nullable Run giveUpUnlessItEnds(@Nullable Step step, Run run) throws InterruptedException {
        String stack = stack(run.thread);
        run.thread.interrupt();
        if (run.isOver(toEndNow()) || !Objects.equals(step, beans.current())) {
            return run;
        }
        String what =
                step == null ? "the stop of the lifecycle beans" : "the destruction of bean '" + step.bean() + "'";
        LOG.warn("'{}' no longer waits for {}; it is still at{}", service, what, stack);
        hung.add(what + " is still at" + stack);
        return System.nanoTime() >= deadlineNanos
                ? null
                : new Run("ebbtide-" + service + "-close-beans", context.getBeanFactory()::destroySingletons);
    }

    private Duration toEndNow() {
        long nanos = (deadlineNanos - System.nanoTime()) / SHARE_AFTER_INTERRUPT;
        return nanos < MIN.toNanos() ? MIN : Duration.ofNanos(nanos);
    }

    private static String stack(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .limit(FRAMES)
                .map(frame -> "\n    at " + frame)
                .collect(Collectors.joining());
    }

    /** Some call of Spring's, on a thread of its own. */
    private static final class Run {
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final long beganNanos = System.nanoTime();
        private final Thread thread;

        Run(String name, Runnable call) {
            thread = new Thread(() -> perform(call), name);
            thread.setDaemon(true);
            thread.start();
        }

        private void perform(Runnable call) {
            try {
                call.run();
                over.complete(null);
            } catch (Throwable e) {
                over.completeExceptionally(e);
            }
        }

        /** Waits, at most for the bound. */
        boolean isOver(Duration bound) throws InterruptedException {
            try {
                over.get(bound.toNanos(), TimeUnit.NANOSECONDS);
                return true;
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
            }
        }
    }
}
