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
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A check of a dependency or of this process: a check body, its schedule, and the effect of its failure.
 *
 * <p>The body returns an {@link Outcome}; an exception is a failure. It runs every 5 s, on a thread of its own, for 1 s
 * at most. After three failures in a row its verdict becomes DOWN, after two successes in a row UP ({@link
 * CheckSchedule}). The effect depends on the probe that it is registered for: a liveness check that is DOWN causes the
 * platform to restart the process; a startup check must be UP once; a <em>required</em> readiness check, the default,
 * takes the service out of rotation, while a <em>shared</em> one only degrades it: the probe still answers 200, and shows
 * the failure. A {@link #dependency()} is shared, because its failure must not take out all replicas at once.
 *
 * <pre>{@code
 * Check check = Check.of(() -> queue.size() > 1_000 ? Outcome.down("queue is full") : Outcome.up())
 *         .every(Duration.ofSeconds(2))
 *         .downAfter(5);
 * Ebbtide.builder("orders").readiness("queue", check).serve(http).run();
 * }</pre>
 *
 * <p>Registered by {@code EbbtideBuilder}'s {@code liveness}, {@code readiness} and {@code startup}. Immutable; each
 * method that changes a property returns a copy.
 */
public final class Check {
    private static final Pattern GROUP = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final List<String> RESERVED = List.of("live", "ready", "startup");

    private final CheckBody body;
    private final CheckTraits traits;

    private Check(CheckBody body, CheckTraits traits) {
        this.body = body;
        this.traits = traits;
    }

    /**
     * Returns a check of this process itself, {@link #required()}, on the default schedule.
     *
     * @param body the check body. Has a thread of its own during a run, one run at a time; may block, is
     *     interrupted at its timeout; whatever it throws, an {@code Error} too, counts as a failure. A virtual thread
     *     on Java 24 and later, see {@link #platformThread()}
     */
    public static Check of(Callable<Outcome> body) {
        Expect.present(body, "body");
        return new Check(() -> CompletableFuture.completedStage(body.call()), CheckTraits.ofOurselves());
    }

    /**
     * Returns a check like {@link #of} whose body completes later. A run ends when its stage completes; at the timeout
     * the stage is cancelled, if it can be.
     */
    public static Check async(Callable<? extends CompletionStage<Outcome>> body) {
        Expect.present(body, "body");
        return new Check(body::call, CheckTraits.ofOurselves());
    }

    /** Checks whether a TCP connection can be opened; the connection is closed at once. A {@link #dependency()}. */
    public static Check tcp(String host, int port) {
        return of(new TcpCheck(host, port)).dependency();
    }

    /**
     * Checks whether a GET is answered with 200 to 299. Redirects are not followed, the body is not read. A
     * {@link #dependency()}.
     *
     * @param url {@code http} or {@code https}, without user info
     */
    public static Check http(URI url) {
        return of(new HttpCheck(url)).dependency();
    }

    /**
     * Checks whether threads wait for each other for ever. Every 30 s, down at once; intended for liveness.
     *
     * @throws IllegalStateException if the runtime lacks the module {@code java.management}
     */
    public static Check deadlock() {
        JdkModules.require(JdkModules.MANAGEMENT, "the check of deadlocks");
        return of(new DeadlockCheck()).every(Duration.ofSeconds(30)).downAfter(1);
    }

    /**
     * Checks whether the disk that holds a path has enough usable space.
     *
     * @param path a file or folder that exists
     * @param minimumBytes usable bytes below which the check fails, {@code >= 1}
     */
    public static Check diskSpace(Path path, long minimumBytes) {
        return of(new DiskSpaceCheck(path, minimumBytes)).every(Duration.ofSeconds(30));
    }

    /**
     * Checks whether the last garbage collection freed enough of the heap. The heap in use between two collections is
     * no evidence, so it is not read. Up, with {@code usedPercent} {@code unknown}, until a collection has examined the
     * old objects: G1 does so with its first mixed or full one.
     *
     * @param maximumPercent share of the largest heap that may be in use after a collection, 1 to 100
     * @throws IllegalStateException if the runtime lacks the module {@code java.management}
     */
    public static Check heapAfterCollection(int maximumPercent) {
        JdkModules.require(JdkModules.MANAGEMENT, "the check of the heap");
        return of(HeapCheck.ofThisProcess(maximumPercent));
    }

    /**
     * Checks whether an executor or event loop still runs its tasks: it gets an empty task, which must have run before
     * the timeout. While that task waits, no second one is submitted.
     */
    public static Check heartbeat(Executor executor) {
        Expect.present(executor, "executor");
        return async(() -> CompletableFuture.runAsync(() -> {}, executor)
                .thenApply(done -> Outcome.up())
                .minimalCompletionStage()); // never cancelled: a stuck queue must not grow with each run
    }

    /** Returns a copy whose failure on readiness takes the service out of rotation. */
    public Check required() {
        return with(draft -> draft.required = true);
    }

    /**
     * Returns a copy whose failure on readiness only degrades the service: the probe still answers 200, and shows the
     * failure. Suitable for dependencies that all replicas share, which must not take all replicas out at once.
     */
    public Check shared() {
        return with(draft -> draft.required = false);
    }

    /**
     * Returns a copy declared as a check of a system outside this process: {@link #shared()} unless {@link #required()}
     * is called, before or after, and refused on liveness.
     */
    public Check dependency() {
        return with(draft -> draft.dependency = true);
    }

    /** Returns a copy with the given schedule. */
    public Check on(CheckSchedule newSchedule) {
        return with(draft -> draft.schedule = Expect.present(newSchedule, "newSchedule"));
    }

    /** Returns a copy with the given interval, {@code > 0}. */
    public Check every(Duration interval) {
        return on(schedule().withInterval(interval));
    }

    /** Returns a copy with the given timeout, {@code > 0}. */
    public Check timeout(Duration timeout) {
        return on(schedule().withTimeout(timeout));
    }

    /** Returns a copy that is down after this many failures in a row, {@code >= 1}. */
    public Check downAfter(int failures) {
        return on(schedule().withThresholds(failures, schedule().successesToUp()));
    }

    /**
     * Returns a copy with an action for runs that time out and whose thread ignores its interrupt, such as aborting the
     * connection that it reads from.
     *
     * @param action called once for a run that times out, on a thread of its own; must not block
     */
    public Check onTimeout(Runnable action) {
        return with(draft -> draft.onTimeout = Expect.present(action, "action"));
    }

    /**
     * Returns a copy whose runs count as the given outcome when they time out, where more is known than "no answer":
     * for example, a pool without a free connection is busy.
     *
     * @param outcome called once for each run that times out and each time such a run counts again, on the scheduler's
     *     thread: must not block; null, or any exception, means a failure
     */
    public Check timeoutOutcome(Supplier<@Nullable Outcome> outcome) {
        return with(draft -> draft.timeoutOutcome = Expect.present(outcome, "outcome"));
    }

    /**
     * Returns a copy with an action for the time when it is no longer run, such as closing the connection that it
     * keeps.
     *
     * @param action called once, after the last run was asked to give up, on a thread of its own; must not block
     */
    public Check onStop(Runnable action) {
        return with(draft -> draft.onStop = Expect.present(action, "action"));
    }

    /**
     * Returns a copy that runs on a platform thread also where other checks run on virtual ones (Java 24 and later):
     * for a check body that reads from a socket which it does not own, such as a pool's. An interrupt, as at the
     * timeout, closes the socket that a virtual thread reads from.
     */
    public Check platformThread() {
        return with(draft -> draft.platformThread = true);
    }

    /**
     * Returns a copy that is not run while the application's own successes are sufficient evidence: a success since the
     * last result counts as a good run at that moment.
     */
    public Check evidence(Evidence evidence) {
        return with(draft -> draft.evidence = Expect.present(evidence, "evidence"));
    }

    /**
     * Returns a copy that also belongs to the given group: all checks of a group are shown at {@code /health/<group>},
     * which answers 503 if a required one among them is down, whatever the service's own state is.
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
        return with(draft -> draft.groups = groups);
    }

    /** When it runs, and how many results change its verdict. */
    public CheckSchedule schedule() {
        return traits.schedule();
    }

    /** Whether it checks a system outside this process. */
    public boolean isDependency() {
        return traits.dependency();
    }

    /** Whether its failure takes the service out of rotation. */
    public boolean isRequired() {
        return traits.required();
    }

    CheckBody body() {
        return body;
    }

    CheckTraits traits() {
        return traits;
    }

    private Check with(Consumer<CheckTraits.Draft> change) {
        return new Check(body, traits.with(change));
    }
}
