package io.ebbtide.process;

import io.ebbtide.internal.Ticker;
import java.time.Duration;

/** Counts the signals that were sent as separate ones. Safe for use by many threads; allocates nothing. */
final class SignalCount {
    /*
     * One stop may come as several signals: GNU timeout and wrappers that forward signals do so in addition to the group's own, as
     * do systemd's KillMode=control-group and Heroku's dyno manager. These arrive within milliseconds.
     */
    static final Duration SAME = Duration.ofSeconds(1);

    private static final long SAME_NANOS = SAME.toNanos();

    private final Ticker ticker;
    private int count;
    private long countedAtNanos;

    SignalCount(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Records a signal. Returns the number of separate ones, this one included; 0 if it is the same as the one before. */
    synchronized int next() {
        long now = ticker.nanos();
        if (count > 0 && now - countedAtNanos < SAME_NANOS) {
            return 0;
        }
        countedAtNanos = now;
        count++;
        return count;
    }
}
