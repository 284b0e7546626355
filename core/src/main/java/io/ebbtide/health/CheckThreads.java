package io.ebbtide.health;

import io.ebbtide.internal.Scheduler;
import io.ebbtide.internal.Threads;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Where checks run: each on a thread of its own, for as long as it runs. Safe for use by many threads. */
final class CheckThreads implements Executor {
    /*
     * Virtual threads where they cost nobody anything: from Java 24 on, as before it a check that hangs inside
     * `synchronized` would keep a carrier from the application. Even then native code can hold one, and carriers may all
     * be busy with the application's own threads, which says nothing about a dependency; a run that no carrier has
     * taken up within a moment gets a platform thread instead.
     */
    private static final Duration MOST_TO_BEGIN = Duration.ofMillis(50);

    private final Scheduler scheduler;
    private final @Nullable ThreadFactory virtual;
    private final ThreadPoolExecutor platform;

    CheckThreads(String name, Scheduler scheduler) {
        this.scheduler = scheduler;
        virtual = Threads.virtual(name);
        platform = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE, // one for each check at the very most, as each has one run at a time
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Threads.named(name));
    }

    /**
     * Runs the task at once. Never blocks.
     *
     * @throws RuntimeException or an Error, if no thread is to be had
     */
    @Override
    public void execute(Runnable task) {
        if (virtual == null) {
            platform.execute(task);
            return;
        }
        var begun = new AtomicBoolean();
        Runnable once = () -> {
            if (begun.compareAndSet(false, true)) {
                task.run();
            }
        };
        virtual.newThread(once).start();
        scheduler.after(MOST_TO_BEGIN, () -> {
            if (!begun.get()) {
                platform.execute(once);
            }
        });
    }

    /** Idle threads end; what runs is not interrupted. */
    void close() {
        platform.shutdown();
    }
}
