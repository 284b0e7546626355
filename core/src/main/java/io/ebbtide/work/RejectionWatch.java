package io.ebbtide.work;

import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** Does what a pool's own handler does with a task that finds no room, and notices which task that throws away. */
final class RejectionWatch implements RejectedExecutionHandler {
    private final RejectedExecutionHandler own;

    private RejectionWatch(RejectedExecutionHandler own) {
        this.own = own;
    }

    /** Watches a pool; one that is watched already stays as it is. */
    static void install(ThreadPoolExecutor pool) {
        RejectedExecutionHandler own = pool.getRejectedExecutionHandler();
        if (!(own instanceof RejectionWatch)) {
            pool.setRejectedExecutionHandler(new RejectionWatch(own));
        }
    }

    @Override
    public void rejectedExecution(Runnable command, ThreadPoolExecutor pool) {
        if (own.getClass() == ThreadPoolExecutor.DiscardPolicy.class) {
            discard(command);
        } else if (own.getClass() == ThreadPoolExecutor.DiscardOldestPolicy.class) {
            replaceOldest(command, pool);
        } else {
            own.rejectedExecution(command, pool);
            if (command instanceof Task task) {
                task.sweep(); // it may be thrown away, or another may be for it
            }
        }
    }

    /** The policy's own two steps: the JDK's does not say which task it has thrown away. */
    private static void replaceOldest(Runnable command, ThreadPoolExecutor pool) {
        if (pool.isShutdown()) {
            discard(command);
            return;
        }
        discard(pool.getQueue().poll());
        pool.execute(command);
    }

    private static void discard(@Nullable Runnable command) {
        if (command instanceof Task task) {
            task.discard();
        }
    }
}
