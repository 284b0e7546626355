package io.ebbtide.lifecycle;

import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** Counts the work that arrives after the service was told to stop. Safe for use by many threads. */
final class LateTraffic {
    private final Ticker ticker;
    private final LongAdder admitted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAccumulator latestNanos = new LongAccumulator(Math::max, 0);

    LateTraffic(Ticker ticker) {
        this.ticker = ticker;
    }

    void arrived(long leavingSinceNanos, boolean wasAdmitted) {
        (wasAdmitted ? admitted : refused).increment();
        latestNanos.accumulate(ticker.nanos() - leavingSinceNanos);
    }

    long count() {
        return admitted.sum() + refused.sum();
    }

    long refused() {
        return refused.sum();
    }

    /** How long after the signal the latest one came; zero if none did. */
    Duration latest() {
        return Duration.ofNanos(latestNanos.get());
    }
}
