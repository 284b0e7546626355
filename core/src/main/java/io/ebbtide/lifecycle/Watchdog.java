package io.ebbtide.lifecycle;

import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Raises the alarm in time, whatever hangs. Its thread exists from the start and does only this. Safe for many threads. */
final class Watchdog {
    /*
     * At the limit of the heap everything that allocates may fail at any moment: the handler of a signal before it has
     * told anybody to leave, and the look at the services here. So a signal is noted in two fields, and from it, the
     * longest time that any service may take is counted without allocating.
     */
    private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long NEVER = Long.MAX_VALUE;

    private final Ticker ticker = Ticker.system();
    private final Supplier<@Nullable Duration> untilAlarm;
    private final Runnable alarm;
    private boolean signalled;
    private long signalledNanos;
    private long mostNanos;

    /**
     * @param untilAlarm how long it may take until everything is over; null while nothing has to end
     * @param alarm run once that is over, on the watchdog's thread
     */
    Watchdog(Supplier<@Nullable Duration> untilAlarm, Runnable alarm) {
        this.untilAlarm = untilAlarm;
        this.alarm = alarm;
    }

    void start() {
        Threads.daemon("ebbtide-watchdog", this::watch).start();
    }

    /** There is a service that may take so long after a signal, and no longer. */
    synchronized void expect(Duration most) {
        mostNanos = Math.max(mostNanos, most.toNanos());
        notifyAll();
    }

    /** A signal has come: from now on the process has to end. Allocates nothing. */
    synchronized void signalled() {
        if (!signalled) {
            signalledNanos = ticker.nanos();
            signalled = true;
        }
        notifyAll();
    }

    /** Something has changed. */
    synchronized void look() {
        notifyAll();
    }

    private void watch() {
        for (long left = leftNanos(); left > 0; left = leftNanos()) {
            synchronized (this) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, LOOK_AGAIN_NANOS));
                } catch (InterruptedException e) {
                    // not to be talked out of it
                }
            }
        }
        alarm.run();
    }

    /** Looks again each second in any case, so nothing that is told between look and wait is lost. */
    private long leftNanos() {
        try {
            Duration left = untilAlarm.get();
            if (left != null) {
                return left.toNanos();
            }
        } catch (RuntimeException | Error e) { // no memory, say
            // then by the signal, if one came
        }
        synchronized (this) {
            return signalled ? signalledNanos + mostNanos - ticker.nanos() : NEVER;
        }
    }
}
