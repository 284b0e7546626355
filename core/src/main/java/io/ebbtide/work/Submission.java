package io.ebbtide.work;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A command given to an executor, and the futures that wait for it. Immutable.
 *
 * @param body the command that is run
 * @param original the caller's own object, as far as it can be determined
 * @param futures the futures by which callers wait for the result, the innermost first
 * @param isAwaited whether a caller may wait for a result that only the body itself can set
 */
record Submission(Runnable body, Object original, List<Future<?>> futures, boolean isAwaited) {
    /** The JDK's wrapper in {@code invokeAny}, and around every task that an {@code ExecutorCompletionService} submits. */
    private static final String QUEUEING_FUTURE = "java.util.concurrent.ExecutorCompletionService$QueueingFuture";

    /**
     * Describes a command.
     *
     * @param made the future that the calling thread created last and has not yet given to the executor; null if there
     *     is none
     */
    static Submission of(Runnable command, @Nullable Submitted<?> made) {
        if (command instanceof Submitted<?> submitted) {
            return new Submission(command, submitted.original(), List.of(submitted), false);
        }
        if (made != null && command.getClass().getName().equals(QUEUEING_FUTURE)) {
            return new Submission(command, made.original(), List.of(made, (Future<?>) command), false);
        }
        if (command instanceof CompletableFuture.AsynchronousCompletionTask) {
            return new Submission(command, command, List.of(), true);
        }
        if (command instanceof Future<?> future) {
            return new Submission(command, command, List.of(future), false);
        }
        return new Submission(command, command, List.of(), false);
    }

    /** Describes a submission whose future no other future wraps. */
    static Submission of(Runnable body, Object original) {
        List<Future<?>> futures = body instanceof Future<?> future ? List.of(future) : List.of();
        return new Submission(body, original, futures, false);
    }
}
