package io.ebbtide.work;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** A future that keeps the caller's object, and that removes its task from the executor when it is cancelled. */
final class Submitted<T> extends FutureTask<T> {
    private final Object original;
    private volatile @Nullable Task task;

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

    /** Sets the task that computes this future; to be called before the executor gets the task. */
    void computedBy(Task newTask) {
        task = newTask;
        if (isCancelled()) {
            newTask.remove();
        }
    }

    @Override
    protected void done() {
        Task mine = task;
        if (mine != null && isCancelled()) {
            mine.remove();
        }
    }
}
