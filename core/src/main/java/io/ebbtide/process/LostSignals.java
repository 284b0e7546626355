package io.ebbtide.process;

import io.ebbtide.internal.Threads;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Detects a signal whose handler the JVM could not start. Confine to one thread. */
final class LostSignals {
    /*
     * HotSpot starts a Java thread for each signal. At the limit of threads that fails, and it drops the signal: no handler receives
     * it, no queue holds it. But its thread "Signal Dispatcher" has allocated by then: the handler's Thread, its name, the error.
     * The bytes that a thread has allocated can be read (com.sun.management.ThreadMXBean, since Java 6u25). That costs a
     * microsecond, and needs no new thread. A thread dump (SIGQUIT) allocates nothing there.
     *
     * So a signal is lost if that number has grown by as much as a refusal takes, none of our handlers has run since, none is about to
     * run, and a thread could not be started after it. Measured on Java 17 and 25: a lost signal takes 1,280 bytes or more, a handled
     * one, perhaps by another component, 840 or less, the first jcmd 528 or less.
     *
     * What has grown counts for some polls from the first on. A poll may come in the middle of a refusal, and see the number grow twice; and the
     * attempt may get a thread that has ended just then, though the next one does not (23 of 300 signals on a busy machine).
     * If other components handle two signals within that time (or one, beside the first jcmd), and the limit is reached, they are
     * taken for a lost one.
     *
     * Until its first signal that thread has allocated nothing. So the count begins at zero and not at what the first poll reads:
     * on a busy machine a signal may come before it.
     */
    private static final long MIN_BYTES = 1_000;

    private static final int MAX_POLLS = 8;
    private static final String DISPATCHER = "Signal Dispatcher";

    private final LongSupplier allocated;
    private final IntSupplier handled;
    private final BooleanSupplier refused;
    private final BooleanSupplier handlerIsAlive;
    private long lastAllocated;
    private int lastHandled;
    private long grown;
    private int pollsSinceFirst;
    private boolean suspected;

    /**
     * @param allocated the bytes that the JVM's thread for signals has allocated; negative if unknown
     * @param handled how many signals have reached their handler
     * @param refused whether the system refuses to start a thread; called at each poll after what may be a signal
     * @param handlerIsAlive whether a handler's thread has been started and may not have run yet
     */
    LostSignals(LongSupplier allocated, IntSupplier handled, BooleanSupplier refused, BooleanSupplier handlerIsAlive) {
        this.allocated = allocated;
        this.handled = handled;
        this.refused = refused;
        this.handlerIsAlive = handlerIsAlive;
    }

    /** Whether a signal has come that no handler receives. A signal is detected at the second call after it or later, and only once. */
    boolean poll() {
        long nowAllocated = allocated.getAsLong();
        if (nowAllocated < 0) {
            return false; // unknown for now
        }
        int nowHandled = handled.getAsInt();
        if (nowHandled != lastHandled) {
            lastHandled = nowHandled;
            lastAllocated = nowAllocated;
            forget();
            return false;
        }
        boolean isLost = suspected && !handlerIsAlive.getAsBoolean(); // else its thread is there, and has not run
        if (isLost) {
            forget();
        }
        pollsSinceFirst = grown == 0 ? 0 : pollsSinceFirst + 1;
        if (pollsSinceFirst >= MAX_POLLS && !suspected) {
            forget();
        }
        grown += nowAllocated - lastAllocated;
        lastAllocated = nowAllocated;
        suspected = suspected || (grown >= MIN_BYTES && refused.getAsBoolean());
        return isLost;
    }

    private void forget() {
        grown = 0;
        pollsSinceFirst = 0;
        suspected = false;
    }

    /** Returns a reader of the bytes that this JVM's thread has allocated; null where they cannot be read. */
    static @Nullable LongSupplier ofDispatcher() {
        try { // by reflection: a trimmed runtime image may lack the module jdk.management
            Object threads = ManagementFactory.getThreadMXBean();
            Method bytes =
                    Class.forName("com.sun.management.ThreadMXBean").getMethod("getThreadAllocatedBytes", long.class);
            Long id = dispatcher();
            if (id == null || (long) bytes.invoke(threads, id) < 0) {
                return null;
            }
            return () -> {
                try {
                    return (long) bytes.invoke(threads, id);
                } catch (ReflectiveOperationException e) {
                    return -1;
                }
            };
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return null;
        }
    }

    private static @Nullable Long dispatcher() {
        for (Thread thread : Threads.running()) {
            if (thread.getName().equals(DISPATCHER)) {
                return thread.getId();
            }
        }
        return null;
    }

    /** Whether the JVM has started a handler of SIGTERM or SIGINT that has not ended. */
    static boolean isHandlerAlive() {
        return Threads.running().stream()
                .map(Thread::getName)
                .anyMatch(name -> name.equals("SIGTERM handler") || name.equals("SIGINT handler"));
    }

    /** Whether a thread can be started now; tries it. */
    static boolean canStartThread() {
        Thread attempt = Threads.daemon("ebbtide-signals-attempt", () -> {}); // a full heap is no limit of threads
        try {
            attempt.start();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }
}
