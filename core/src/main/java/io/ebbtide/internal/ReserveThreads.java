package io.ebbtide.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that are started before they are needed, for a process that cannot start more. Safe for use by many threads;
 * no method blocks.
 */
public final class ReserveThreads {
    /*
     * At the limit of threads (pids.max, RLIMIT_NPROC, kernel.threads-max) the JVM throws OutOfMemoryError from
     * Thread.start(). A thread slot that became free for a shutdown would be taken by the application first, whose
     * requests start threads all the time; only a thread that runs already keeps its slot. So some are started while
     * that is possible, and wait. A thread that has run a task waits for the next one: calls that do not hang need a
     * single thread, however many they are.
     */
    private static final String NAME = "ebbtide-reserve";
    private static final ReserveThreads PROCESS = new ReserveThreads(Thread::start);

    private final Consumer<Thread> starter;

    /** The fields below are guarded by this. */
    private final Queue<Task> accepted = new ArrayDeque<>();

    private record Task(String name, Runnable body) {}

    private int idle;
    private boolean released;

    /** @param starter starts a thread, or throws {@link OutOfMemoryError} */
    ReserveThreads(Consumer<Thread> starter) {
        this.starter = starter;
    }

    /** The reserve of the process; empty until it is {@link #fill filled}. */
    public static ReserveThreads ofProcess() {
        return PROCESS;
    }

    /**
     * Starts threads until this many wait, or until no further one can be started. Does nothing after {@link #release}.
     *
     * @return how many wait
     */
    public synchronized int fill(int count) {
        try {
            while (idle < count && !released) {
                starter.accept(Threads.daemon(NAME, this::serve));
                idle++;
            }
        } catch (OutOfMemoryError e) {
            // then the reserve stays smaller
        }
        return released ? 0 : idle;
    }

    /**
     * Starts a daemon thread; where the system refuses, a thread of the reserve runs the body instead, under the same
     * name.
     *
     * @return false if the reserve is empty, too: then the body does not run
     */
    public boolean start(String name, Runnable body) {
        return start(name, body, true);
    }

    /** As {@link #start}, but with a non-daemon thread, which the JVM waits for; a thread of the reserve is a daemon. */
    public boolean startUserThread(String name, Runnable body) {
        return start(name, body, false);
    }

    private boolean start(String name, Runnable body, boolean isDaemon) {
        try {
            Thread thread = Threads.daemon(name, body);
            thread.setDaemon(isDaemon);
            starter.accept(thread);
            return true;
        } catch (OutOfMemoryError e) {
            return accept(name, body);
        }
    }

    private synchronized boolean accept(String name, Runnable body) {
        if (idle == 0 || released) {
            return false;
        }
        try {
            accepted.add(new Task(name, body));
        } catch (OutOfMemoryError e) { // of the heap: the caller's remedy is the same
            return false;
        }
        idle--;
        notifyAll();
        return true;
    }

    /** Ends the waiting threads, so that other components can start threads in their place; for good. */
    public synchronized void release() {
        released = true;
        notifyAll();
    }

    private void serve() {
        Thread self = Thread.currentThread();
        for (Task next = take(); next != null; next = take()) {
            self.setName(next.name());
            try {
                next.body().run();
            } catch (Throwable e) { // as an own thread would do
                self.getUncaughtExceptionHandler().uncaughtException(self, e);
            }
            self.setName(NAME);
            becomeIdle();
        }
    }

    @SuppressWarnings("ResultOfMethodCallIgnored")
    private synchronized void becomeIdle() {
        Thread.interrupted(); // the interrupt was for the task
        idle++;
    }

    private synchronized @Nullable Task take() {
        while (accepted.isEmpty() && !released) {
            try {
                wait();
            } catch (InterruptedException e) {
                // the interrupt was for a task that has ended
            }
        }
        return accepted.poll();
    }
}
