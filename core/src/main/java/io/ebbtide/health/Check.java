package io.ebbtide.health;

import io.ebbtide.internal.Expect;
import io.ebbtide.internal.JdkModules;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A look at a dependency or at ourselves, with its schedule and its weight. Immutable; each {@code with}-like method
 * returns a copy. Registered by {@code EbbtideBuilder}'s {@code liveness}, {@code readiness} and {@code startup}.
 *
 * <pre>{@code
 * Check.of(() -> queue.isFull() ? Outcome.down("queue is full") : Outcome.up())
 *         .every(Duration.ofSeconds(2))
 * }</pre>
 */
public final class Check {
    private static final Pattern GROUP = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final List<String> RESERVED = List.of("live", "ready", "startup");

    private final Look look;
    private final CheckTraits traits;

    private Check(Look look, CheckTraits traits) {
        this.look = look;
        this.traits = traits;
    }

    /**
     * A check of this process itself, {@link #required()}, on the default schedule.
     *
     * @param look runs on a thread of its own while it runs, one run at a time; may block, is interrupted at its timeout;
     *     whatever it throws, an {@code Error} too, counts as a failure. A virtual thread on Java 24 and later, see {@link
     *     #platformThread()}
     */
    public static Check of(Callable<Outcome> look) {
        Expect.present(look, "look");
        return new Check(() -> CompletableFuture.completedStage(look.call()), CheckTraits.ofOurselves());
    }

    /**
     * The same for a look that answers later. A run ends when its stage completes; at the timeout the stage is
     * cancelled, if it can be.
     */
    public static Check async(Callable<? extends CompletionStage<Outcome>> look) {
        Expect.present(look, "look");
        return new Check(look::call, CheckTraits.ofOurselves());
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

    /**
     * Whether threads wait for each other for ever. Every 30 s, down at once; meant for liveness.
     *
     * @throws IllegalStateException if the runtime lacks the module {@code java.management}
     */
    public static Check deadlock() {
        JdkModules.require(JdkModules.MANAGEMENT, "the check of deadlocks");
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
     * it is not looked at. Up, with {@code usedPercent} {@code unknown}, until a collection has looked at the old objects: G1 does
     * so with its first mixed or full one.
     *
     * @param maximumPercent share of the largest heap that may be in use after a collection, 1 to 100
     * @throws IllegalStateException if the runtime lacks the module {@code java.management}
     */
    public static Check heapAfterCollection(int maximumPercent) {
        JdkModules.require(JdkModules.MANAGEMENT, "the check of the heap");
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
        return with(traits.withRequired(true));
    }

    /**
     * The same, and on readiness its failure only degrades the service (200, visible): right for what all replicas
     * share, which must not take all of them out at once.
     */
    public Check shared() {
        return with(traits.withRequired(false));
    }

    /**
     * The same, declared as a look at something outside this process: {@link #shared()} unless {@link #required()} is
     * called, before or after, and refused on liveness.
     */
    public Check dependency() {
        return with(traits.withDependency());
    }

    /** The same on another schedule. */
    public Check on(CheckSchedule newSchedule) {
        return with(traits.withSchedule(Expect.present(newSchedule, "newSchedule")));
    }

    /** The same with another interval, {@code > 0}. */
    public Check every(Duration interval) {
        return on(schedule().withInterval(interval));
    }

    /** The same with another timeout, {@code > 0}. */
    public Check timeout(Duration timeout) {
        return on(schedule().withTimeout(timeout));
    }

    /** The same, down after this many failures in a row, {@code >= 1}. */
    public Check downAfter(int failures) {
        return on(schedule().withThresholds(failures, schedule().successesToUp()));
    }

    /**
     * The same, with an action for runs that time out and whose thread ignores its interrupt, such as aborting the
     * connection that it reads from.
     *
     * @param action called once for a run that times out, on a thread of its own; must not block
     */
    public Check onTimeout(Runnable action) {
        return with(traits.withOnTimeout(Expect.present(action, "action")));
    }

    /**
     * Returns a copy whose runs count as the given outcome when they time out, where that is known better than "no answer":
     * a pool that has nothing to lend is busy, say.
     *
     * @param outcome asked once for each run that times out and each time such a run counts again, on the scheduler's
     *     thread: must not block; null, or whatever it throws, for a failure
     */
    public Check timeoutOutcome(Supplier<@Nullable Outcome> outcome) {
        return with(traits.withTimeoutOutcome(Expect.present(outcome, "outcome")));
    }

    /**
     * The same, with an action for when it is no longer run, such as closing the connection that it keeps.
     *
     * @param action called once, after the last run was told to give up, on a thread of its own; must not block
     */
    public Check onStop(Runnable action) {
        return with(traits.withOnStop(Expect.present(action, "action")));
    }

    /**
     * The same, run on a platform thread also where the others run on virtual ones (Java 24 and later): for a look that
     * reads from a socket which is not its own, such as a pool's. An interrupt, as at the timeout, closes the socket that
     * a virtual thread reads from.
     */
    public Check platformThread() {
        return with(traits.onPlatformThread());
    }

    /**
     * The same, which is not run while the application's own successes say enough: one since the last result counts as
     * a good run at that moment.
     */
    public Check evidence(Evidence evidence) {
        return with(traits.withEvidence(Expect.present(evidence, "evidence")));
    }

    /**
     * The same, in one more group: all checks of a group are shown at {@code /health/<group>}, which answers 503 if a
     * required one among them is down, whatever the service itself is doing.
     *
     * @param group lower-case letters, digits, dots, hyphens and underscores, at most 63; not {@code live},
     *     {@code ready} or {@code startup}
     */
    public Check group(String group) {
        if (!GROUP.matcher(Expect.text(group, "group")).matches() || RESERVED.contains(group)) {
            throw Expect.wrong(
                    "group",
                    "'" + group + "'",
                    "1 to 63 of a-z 0-9 . _ -, beginning with a letter or digit, and none of " + RESERVED);
        }
        var groups = new TreeSet<>(traits.groups());
        groups.add(group);
        return with(traits.withGroups(groups));
    }

    /** When it runs and what turns its verdict. */
    public CheckSchedule schedule() {
        return traits.schedule();
    }

    /** Whether it looks at something outside this process. */
    public boolean isDependency() {
        return traits.dependency();
    }

    /** Whether its failure takes the service out of rotation. */
    public boolean isRequired() {
        return traits.required();
    }

    Look look() {
        return look;
    }

    CheckTraits traits() {
        return traits;
    }

    private Check with(CheckTraits newTraits) {
        return new Check(look, newTraits);
    }
}
