package io.ebbtide.lifecycle;

import io.ebbtide.internal.Ticker;
import java.time.Duration;

/** The moments at which the states of one shutdown must end. What one does not use, the next one has. Immutable. */
record Deadlines(Ticker ticker, long startNanos, GraceBudget budget) {
    /** What is left of the lame duck; zero when it is over. */
    Duration untilLameDuckEnds() {
        return until(budget.lameDuck());
    }

    /** What is left until work in flight is cut. */
    Duration untilDrainEnds() {
        return until(budget.lameDuck().plus(budget.drain()));
    }

    /** What is left until components are left behind. */
    Duration untilStopEnds() {
        return until(allShares());
    }

    /** What is left until an overrun is reported and the process halted: half of the margin before the kill. */
    Duration untilAlarm() {
        return until(
                budget.grace().minus(budget.preStop()).minus(budget.margin().dividedBy(2)));
    }

    Duration elapsed() {
        return ticker.since(startNanos);
    }

    /** The same without an object, for when there is no memory. */
    long elapsedMillis() {
        return (ticker.nanos() - startNanos) / 1_000_000;
    }

    private Duration allShares() {
        return budget.lameDuck().plus(budget.drain()).plus(budget.stop());
    }

    private Duration until(Duration end) {
        Duration left = end.minus(elapsed());
        return left.isNegative() ? Duration.ZERO : left;
    }
}
