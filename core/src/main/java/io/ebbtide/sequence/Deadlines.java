package io.ebbtide.sequence;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Ticker;
import java.time.Duration;

/** The deadlines of the states of one shutdown. The next state gets the time that one does not use. Immutable. */
public record Deadlines(Ticker ticker, long startNanos, GraceBudget budget) {
    /**
     * The time that {@code Runtime.halt} takes: HotSpot waits up to 300 ms for threads in native code (a selector, a write to a full
     * pipe), 30 times 10 ms in {@code VM_Exit::wait_for_threads_in_native_to_block}; up to 365 ms passed until the process was gone.
     */
    private static final Duration HALT = Duration.ofMillis(500);

    private static final Duration MIN_TO_WRITE = Duration.ofMillis(100);
    private static final long HALT_NANOS = HALT.toNanos();
    private static final long MIN_NANOS_TO_WRITE = MIN_TO_WRITE.toNanos();

    /** The shortest margin in which the process can be halted before the kill. */
    static final Duration MIN_MARGIN = HALT.plus(MIN_TO_WRITE);

    /** Returns the remaining lame duck; zero when it is over. */
    Duration untilLameDuckEnds() {
        return until(budget.lameDuck());
    }

    /** Returns the time until work in flight is aborted. */
    Duration untilDrainEnds() {
        return until(budget.lameDuck().plus(budget.drain()));
    }

    /** Returns the time since work in flight had to be aborted; negative before that. */
    Duration sinceDrainEnded() {
        return elapsed().minus(budget.lameDuck()).minus(budget.drain());
    }

    /** Returns the time until components are abandoned. */
    Duration untilStopEnds() {
        return until(allShares());
    }

    /**
     * Returns the time until an overrun is reported and the process halted: half of the margin before the kill, or earlier where
     * halting takes longer than that.
     */
    public Duration untilAlarm() {
        Duration half = budget.margin().dividedBy(2);
        Duration before = Durations.min(budget.margin(), Durations.max(half, HALT.plus(MIN_TO_WRITE)));
        return until(budget.grace().minus(budget.preStop()).minus(before));
    }

    /** Returns how long writing may take at the alarm, in nanoseconds, so that the JVM can still halt in time. Allocates nothing. */
    public long nanosToWrite() {
        long killNanos =
                startNanos + budget.grace().toNanos() - budget.preStop().toNanos();
        return Math.max(MIN_NANOS_TO_WRITE, killNanos - HALT_NANOS - ticker.nanos());
    }

    /** Returns the time since the shutdown began. */
    public Duration elapsed() {
        return ticker.since(startNanos);
    }

    /** As {@link #elapsed}, but allocates nothing, for use without memory. */
    public long elapsedMillis() {
        return (ticker.nanos() - startNanos) / 1_000_000;
    }

    private Duration allShares() {
        return budget.lameDuck().plus(budget.drain()).plus(budget.stop());
    }

    private Duration until(Duration end) {
        Duration remaining = end.minus(elapsed());
        return remaining.isNegative() ? Duration.ZERO : remaining;
    }
}
