package io.ebbtide.health;

import io.ebbtide.internal.Expect;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A look at a dependency or at ourselves, with its schedule and its weight. Immutable; each {@code with}-like method
 * returns a copy. Registered by {@code Ebbtide.Builder}'s {@code liveness}, {@code readiness} and {@code startup}.
 *
 * <pre>{@code
 * Check.of(() -> queue.isFull() ? Outcome.down("queue is full") : Outcome.up())
 *         .every(Duration.ofSeconds(2))
 * }</pre>
 */
public final class Check {
    private final Look look;
    private final Runnable onTimeout;
    private final CheckSchedule schedule;
    private final boolean dependency;
    private final boolean required;

    private Check(Look look, Runnable onTimeout, CheckSchedule schedule, boolean dependency, boolean required) {
        this.look = look;
        this.onTimeout = onTimeout;
        this.schedule = schedule;
        this.dependency = dependency;
        this.required = required;
    }

    /**
     * A check of this process itself, {@link #required()}, on the default schedule.
     *
     * @param look runs on a thread of the check's own, one run at a time; may block, is interrupted at its timeout;
     *     whatever it throws, an {@code Error} too, counts as a failure
     */
    public static Check of(Callable<Outcome> look) {
        Expect.present(look, "look");
        return new Check(
                () -> CompletableFuture.completedStage(look.call()), () -> {}, CheckSchedule.defaults(), false, true);
    }

    /**
     * The same for a look that answers later. A run ends when its stage completes; at the timeout the stage is
     * cancelled, if it can be.
     */
    public static Check async(Callable<? extends CompletionStage<Outcome>> look) {
        Expect.present(look, "look");
        return new Check(look::call, () -> {}, CheckSchedule.defaults(), false, true);
    }

    /** Whether a TCP connection can be opened; it is closed at once. A {@link #dependency()}. */
    public static Check tcp(String host, int port) {
        return of(new TcpLook(host, port)).dependency();
    }

    /**
     * Whether a GET is answered with 200 to 299. Redirects are not followed, the body is not read. A
     * {@link #dependency()}.
     *
     * @param url {@code http} or {@code https}, without user info
     */
    public static Check http(URI url) {
        return of(new HttpLook(url)).dependency();
    }

    /** Whether threads wait for each other for ever. Every 30 s, down at once; meant for liveness. */
    public static Check deadlock() {
        return of(new DeadlockLook()).every(Duration.ofSeconds(30)).downAfter(1);
    }

    /**
     * Whether there is room on the disk that holds a path.
     *
     * @param path a file or folder that exists
     * @param minimumBytes usable bytes below which the check fails, {@code >= 1}
     */
    public static Check diskSpace(Path path, long minimumBytes) {
        return of(new DiskSpaceLook(path, minimumBytes)).every(Duration.ofSeconds(30));
    }

    /**
     * Whether the last garbage collection left room in the heap. What is used between two collections says nothing, so
     * it is not looked at.
     *
     * @param maximumPercent share of the largest heap that may be in use after a collection, 1 to 100
     */
    public static Check heapAfterCollection(int maximumPercent) {
        return of(HeapLook.ofThisProcess(maximumPercent));
    }

    /**
     * Whether an executor or event loop still runs what it is given: it gets an empty task, which must have run before
     * the timeout. While that task waits, no second one is given.
     */
    public static Check heartbeat(Executor executor) {
        Expect.present(executor, "executor");
        return async(() -> CompletableFuture.runAsync(() -> {}, executor)
                .thenApply(done -> Outcome.up())
                .minimalCompletionStage()); // not to be cancelled: a queue that is stuck must not grow with each run
    }

    /** The same, and on readiness its failure takes the service out of rotation. */
    public Check required() {
        return new Check(look, onTimeout, schedule, dependency, true);
    }

    /**
     * The same, and on readiness its failure only degrades the service (200, visible): right for what all replicas
     * share, which must not take all of them out at once.
     */
    public Check shared() {
        return new Check(look, onTimeout, schedule, dependency, false);
    }

    /**
     * The same, declared as a look at something outside this process: {@link #shared()} until {@link #required()} is
     * called, and refused on liveness.
     */
    public Check dependency() {
        return new Check(look, onTimeout, schedule, true, false);
    }

    /** The same on another schedule. */
    public Check on(CheckSchedule newSchedule) {
        Expect.present(newSchedule, "newSchedule");
        return new Check(look, onTimeout, newSchedule, dependency, required);
    }

    /** The same with another interval, {@code > 0}. */
    public Check every(Duration interval) {
        return on(schedule.withInterval(interval));
    }

    /** The same with another timeout, {@code > 0}. */
    public Check timeout(Duration timeout) {
        return on(schedule.withTimeout(timeout));
    }

    /** The same, down after this many failures in a row, {@code >= 1}. */
    public Check downAfter(int failures) {
        return on(schedule.withThresholds(failures, schedule.successesToUp()));
    }

    /**
     * The same, with an action for runs that time out and whose thread ignores its interrupt, such as aborting the
     * connection that it reads from.
     *
     * @param action called once for a run that times out, on a thread of its own; must not block
     */
    public Check onTimeout(Runnable action) {
        return new Check(look, Expect.present(action, "action"), schedule, dependency, required);
    }

    /** When it runs and what turns its verdict. */
    public CheckSchedule schedule() {
        return schedule;
    }

    /** Whether it looks at something outside this process. */
    public boolean isDependency() {
        return dependency;
    }

    /** Whether its failure takes the service out of rotation. */
    public boolean isRequired() {
        return required;
    }

    Look look() {
        return look;
    }

    Runnable timeoutAction() {
        return onTimeout;
    }
}
