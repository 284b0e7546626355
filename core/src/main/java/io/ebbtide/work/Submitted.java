package io.ebbtide.work;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** A future that keeps the caller's object, and that removes its task from the executor when it is cancelled. */
final class Submitted<T> extends FutureTask<T> {
    private final Object original;
    private volatile @Nullable Runnable removal;

    Submitted(Callable<T> callable) {
        super(callable);
        original = callable;
    }

    Submitted(Runnable runnable, T value) {
        super(runnable, value);
        original = runnable;
    }

    /** The caller's object, as it was submitted. */
    Object original() {
        return original;
    }

    /**
     * Sets how the task that computes this future is removed when it is cancelled; to be called before the executor gets the task.
     */
    void onCancel(Runnable newRemoval) {
        removal = newRemoval;
        if (isCancelled()) {
            newRemoval.run();
        }
    }

    @Override
    protected void done() {
        Runnable mine = removal;
        if (mine != null && isCancelled()) {
            mine.run();
        }
    }
}
