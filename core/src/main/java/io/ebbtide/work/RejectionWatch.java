package io.ebbtide.work;

import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** Applies a pool's own handler to a task that finds no room, and detects which task the handler throws away. */
final class RejectionWatch implements RejectedExecutionHandler {
    private final RejectedExecutionHandler own;

    private RejectionWatch(RejectedExecutionHandler own) {
        this.own = own;
    }

    /** Watches a pool; does nothing for a pool that is already watched. */
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
            try {
                own.rejectedExecution(command, pool);
            } catch (RuntimeException | Error e) {
                if (command instanceof Task task) {
                    task.take(); // refused: it will not run
                }
                throw e;
            }
            if (command instanceof Task task) {
                task.sweep(); // it may have been thrown away, or replaced another
            }
        }
    }

    /** The policy's own two steps: the JDK's policy does not report which task it has thrown away. */
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
