package io.ebbtide.sequence;

import io.ebbtide.health.HealthControl;
import io.ebbtide.internal.BoundedCall;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Starts the parts of a plan, and records the progress. Safe for use by many threads. */
final class Starter {
    private final Plan plan;
    private final HealthControl health;
    private final Traffic traffic;
    private final BooleanSupplier wanted;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final List<NamedComponent> frame;
    private final List<NamedComponent> startedFrame = new CopyOnWriteArrayList<>();
    private final List<NamedComponent> components = new CopyOnWriteArrayList<>();
    private final List<TrafficSource> sources = new CopyOnWriteArrayList<>();
    private volatile String step = "nothing";
    private @Nullable Thread thread;
    private boolean aborted;
    private volatile @Nullable String exiting;

    /**
     * @param frame started before everything in the plan; may still grow until the start
     * @param wanted whether the service is still to be started
     */
    Starter(List<NamedComponent> frame, Plan plan, HealthControl health, Traffic traffic, BooleanSupplier wanted) {
        this.frame = frame;
        this.plan = plan;
        this.health = health;
        this.traffic = traffic;
        this.wanted = wanted;
    }

    /**
     * Starts all, on the calling thread, and clears an interrupt of ours before it ends.
     *
     * @throws Exception the exception of the step that failed; {@link #step()} names it
     */
    @SuppressWarnings("ResultOfMethodCallIgnored")
    void start() throws Exception {
        synchronized (this) {
            thread = Thread.currentThread();
        }
        try {
            startAll();
        } finally {
            synchronized (this) {
                thread = null;
                if (aborted) {
                    Thread.interrupted(); // ours, and not meant for the caller of start
                }
            }
            ended.complete(null);
        }
    }

    private void startAll() throws Exception {
        for (NamedComponent component : frame) {
            take("start of '" + component.name() + "'", component.component()::start);
            startedFrame.add(component);
        }
        for (NamedComponent component : plan.components()) {
            take("start of component '" + component.name() + "'", component.component()::start);
            components.add(component);
        }
        health.start();
        for (TrafficSource source : plan.sources()) {
            take("start of " + SourceNames.of(source), () -> source.start(traffic));
            sources.add(source);
        }
        for (var task : plan.tasks().entrySet()) {
            take("start-up task '" + task.getKey() + "'", task.getValue()::run);
        }
    }

    private void take(String newStep, BoundedCall.Action action) throws Exception {
        if (!wanted.getAsBoolean()) {
            throw new InterruptedException("shut down before the " + newStep);
        }
        step = newStep;
        action.run();
    }

    /** Interrupts the current step of the start. No further one begins. */
    synchronized void abort() {
        if (thread != null) {
            aborted = true;
            thread.interrupt();
        }
    }

    /** Stops waiting for a thread that never returns. */
    synchronized void giveUp(Predicate<Thread> lost) {
        if (thread != null && lost.test(thread)) {
            exiting = step;
            ended.complete(null);
        }
    }

    /** Returns the step that has called {@code System.exit} and so never returns; null if there is none. */
    @Nullable
    String exiting() {
        return exiting;
    }

    /** Records that there will be no start. */
    void skip() {
        ended.complete(null);
    }

    /** Returns a future that is done once nothing is being started any more. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Returns the current step, or the last one. */
    String step() {
        return step;
    }

    Deque<NamedComponent> startedComponents() {
        return new ArrayDeque<>(components);
    }

    Deque<NamedComponent> startedFrame() {
        return new ArrayDeque<>(startedFrame);
    }

    List<TrafficSource> startedSources() {
        return List.copyOf(sources);
    }
}
