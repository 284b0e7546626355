package io.ebbtide.work;

import io.ebbtide.internal.Expect;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rule for tasks that have not begun when the service begins to shut down. Running tasks are waited for in any
 * case. Immutable.
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

    /** Tasks are run, and waited for like running ones; so are tasks that are still submitted until the drain is over. */
    public static QueueRule keep() {
        return KEEP;
    }

    /** Tasks are not run, and their futures are cancelled. From then on tasks are rejected. The report gives their number. */
    public static QueueRule drop() {
        return DROP;
    }

    /**
     * Tasks are not run but handed back in the order of their submission, for later, as are tasks submitted from then
     * on. Their futures are cancelled. Stages of a {@code CompletableFuture} are run all the same.
     *
     * @param taker receives each {@code Runnable} or {@code Callable} as it was submitted. Called on a thread of the
     *     shutdown or of the submitting caller, until the lame duck is over at most; what it throws is recorded in the
     *     report
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
