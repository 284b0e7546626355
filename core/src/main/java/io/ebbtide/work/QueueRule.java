package io.ebbtide.work;

import io.ebbtide.internal.Expect;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of tasks that have not begun when the service is told to stop. Tasks that run are waited for in any case.
 * Immutable.
 */
public final class QueueRule {
    private static final QueueRule KEEP = new QueueRule(true, null);
    private static final QueueRule DROP = new QueueRule(false, null);

    private final boolean keeps;
    private final @Nullable Consumer<Object> taker;

    private QueueRule(boolean keeps, @Nullable Consumer<Object> taker) {
        this.keeps = keeps;
        this.taker = taker;
    }

    /** They are run, and waited for like those that run; so are tasks that are still submitted until the drain is over. */
    public static QueueRule keep() {
        return KEEP;
    }

    /** They are not run; futures of theirs are cancelled. From then on tasks are rejected. How many is in the report. */
    public static QueueRule drop() {
        return DROP;
    }

    /**
     * They are not run but handed back in the order of their submission, for later, as are tasks that are submitted from
     * then on. Futures of theirs are cancelled. Stages of a {@code CompletableFuture} are run all the same.
     *
     * @param taker gets each {@code Runnable} or {@code Callable} as it was submitted. Called on a thread of the shutdown,
     *     or of whoever submits, until the lame duck is over at most; what it throws is told in the report
     */
    public static QueueRule handBack(Consumer<Object> taker) {
        return new QueueRule(false, Expect.present(taker, "taker"));
    }

    boolean keeps() {
        return keeps;
    }

    @Nullable
    Consumer<Object> taker() {
        return taker;
    }
}
