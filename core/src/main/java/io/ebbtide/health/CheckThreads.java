package io.ebbtide.health;

import io.ebbtide.internal.Scheduler;
import io.ebbtide.internal.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The threads that run checks. A check that hangs keeps its thread and delays no other. Safe for use by many threads. */
final class CheckThreads implements Executor {
    /*
     * Waking a thread for each run would cost more than most runs, which are very short. So one worker takes one run
     * after the other, and as long as runs wait, the scheduler checks every moment whether there are enough workers: it
     * adds one the first time, then two, then four. A run that hangs delays those behind it by that moment.
     *
     * Workers are virtual threads where those do not affect the application: from Java 24 on, as before it a check that
     * hangs inside `synchronized` would take a carrier from the application. Even then carriers may all be busy, which
     * is no evidence about a dependency: where no run has been taken for a while, platform threads are used.
     */
    private static final Duration MOMENT = Duration.ofMillis(2);
    private static final int MOMENTS_TO_PLATFORM = 20;
    private static final int MAX_AT_THE_END = 16;
    private static final long IDLE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Scheduler scheduler;
    private final ThreadFactory platform;
    private final ThreadFactory usual;

    /** The fields below are guarded by this. */
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private final Deque<Worker> idle = new ArrayDeque<>();
    private int searching;
    private int busy;
    private long taken;
    private boolean watching;
    private int momentsWithoutProgress;
    private int more = 1;
    private boolean closed;

    private CheckThreads(Scheduler scheduler, ThreadFactory usual, ThreadFactory platform) {
        this.scheduler = scheduler;
        this.usual = usual;
        this.platform = platform;
    }

    /** Virtual threads where they are useful, all with the same name. */
    static CheckThreads virtualIfUseful(String name, Scheduler scheduler) {
        ThreadFactory platform = Threads.named(name);
        ThreadFactory virtual = Threads.virtual(name);
        return new CheckThreads(scheduler, virtual == null ? platform : virtual, platform);
    }

    /** Platform threads, all with the same name. */
    static CheckThreads platform(String name, Scheduler scheduler) {
        ThreadFactory platform = Threads.named(name);
        return new CheckThreads(scheduler, platform, platform);
    }

    /**
     * Runs the task at once, or within a few moments. Never blocks.
     *
     * @throws RejectedExecutionException after {@link #close()}
     * @throws OutOfMemoryError if no thread is available; the task is not run then
     */
    @Override
    public synchronized void execute(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("the checks have been stopped");
        }
        if (searching == 0 && busy == 0) {
            call(1, usual);
        }
        waiting.add(task);
        watch();
    }

    /** Waiting tasks are still run; then all threads end except those that hang. A second call does nothing. */
    synchronized void close() {
        closed = true;
        try {
            call(Math.min(waiting.size(), MAX_AT_THE_END), usual);
        } catch (OutOfMemoryError e) {
            // the existing workers run the tasks
        }
        while (!idle.isEmpty()) {
            idle.pop().call();
            searching++;
        }
    }

    private void call(int count, ThreadFactory factory) {
        for (int i = 0; i < count; i++) {
            Worker sleeper = idle.poll();
            if (sleeper == null) {
                factory.newThread(new Worker()).start();
            } else {
                sleeper.call();
            }
            searching++;
        }
    }

    private void watch() {
        if (!watching) {
            long seen = taken;
            scheduler.after(MOMENT, () -> checkProgress(seen));
            watching = true; // last: if that fails for lack of memory, the next task watches
        }
    }

    private synchronized void checkProgress(long seen) {
        watching = false;
        if (waiting.isEmpty()) {
            momentsWithoutProgress = 0;
            more = 1;
            return;
        }
        momentsWithoutProgress = taken == seen ? momentsWithoutProgress + 1 : 0;
        boolean starved = momentsWithoutProgress >= MOMENTS_TO_PLATFORM;
        watch();
        if (searching == 0 || starved) {
            call(Math.min(more, waiting.size()), starved ? platform : usual);
            more = 2 * more;
            momentsWithoutProgress = 0;
        }
    }

    private synchronized @Nullable Runnable take(Worker worker) {
        searching--;
        Runnable task = waiting.poll();
        if (task != null) {
            busy++;
            taken++;
        } else if (!closed) {
            idle.push(worker);
        }
        return task;
    }

    private synchronized void done() {
        busy--;
        searching++;
    }

    /** Returns whether it was still idle; after this call it is not. */
    private synchronized boolean dismiss(Worker worker) {
        return idle.remove(worker);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private final class Worker implements Runnable {
        private volatile @Nullable Thread thread;
        private volatile boolean signalled;

        @Override
        public void run() {
            thread = Thread.currentThread();
            do {
                for (Runnable task = take(this); task != null; task = take(this)) {
                    try {
                        task.run();
                    } catch (Throwable e) {
                        // a fault of the library: the check goes stale, the worker goes on
                    } finally {
                        done();
                    }
                }
            } while (!isClosed() && isSignalled());
        }

        void call() {
            signalled = true;
            LockSupport.unpark(thread);
        }

        /** Sleeps until it is called, or until it has been idle for too long. */
        @SuppressWarnings("ResultOfMethodCallIgnored")
        private boolean isSignalled() {
            while (!signalled) {
                Thread.interrupted(); // or it would not sleep
                LockSupport.parkNanos(this, IDLE_NANOS);
                if (!signalled && dismiss(this)) {
                    return false;
                }
            }
            signalled = false;
            return true;
        }
    }
}
