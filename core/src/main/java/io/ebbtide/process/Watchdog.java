package io.ebbtide.process;

import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Raises the alarm in time, whatever hangs. Its thread exists from the start and does only this. Safe for many threads. */
final class Watchdog {
    /*
     * When the heap is full, everything that allocates may fail at any moment: the handler of a signal before it has begun
     * a shutdown, and the query of the services here. So a signal is recorded in two fields, and the longest time that any
     * service may take is measured from it without allocating.
     */
    private static final long POLL_PERIOD_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long NEVER = Long.MAX_VALUE;

    private final Ticker ticker;
    private final Supplier<@Nullable Duration> untilAlarm;
    private final Runnable alarm;
    private boolean signalled;
    private long signalledNanos;
    private long maxNanos;

    /**
     * @param untilAlarm the remaining time until everything must have ended; null while nothing has to end
     * @param alarm run once that time is over, on the watchdog's thread
     */
    Watchdog(Ticker ticker, Supplier<@Nullable Duration> untilAlarm, Runnable alarm) {
        this.ticker = ticker;
        this.untilAlarm = untilAlarm;
        this.alarm = alarm;
    }

    void start() {
        Threads.daemon("ebbtide-watchdog", this::watch).start();
    }

    /** Registers a service that may take this long after a signal, and no longer. */
    synchronized void expect(Duration max) {
        maxNanos = Math.max(maxNanos, max.toNanos());
        notifyAll();
    }

    /** Records a signal: from now on the process has to end. Allocates nothing. */
    synchronized void signalled() {
        if (!signalled) {
            signalledNanos = ticker.nanos();
            signalled = true;
        }
        notifyAll();
    }

    /** Wakes the watchdog after a change. */
    synchronized void wake() {
        notifyAll();
    }

    private void watch() {
        for (long remaining = remainingNanos(); remaining > 0; remaining = remainingNanos()) {
            synchronized (this) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, Math.min(remaining, POLL_PERIOD_NANOS));
                } catch (InterruptedException e) {
                    // ignored: only the alarm ends the wait
                }
            }
        }
        alarm.run();
    }

    /** Polls each second in any case, so no notification between poll and wait is lost. */
    private long remainingNanos() {
        try {
            Duration remaining = untilAlarm.get();
            if (remaining != null) {
                return remaining.toNanos();
            }
        } catch (RuntimeException | Error e) { // for example no memory
            // then from the signal, if one came
        }
        synchronized (this) {
            return signalled ? signalledNanos + maxNanos - ticker.nanos() : NEVER;
        }
    }
}
