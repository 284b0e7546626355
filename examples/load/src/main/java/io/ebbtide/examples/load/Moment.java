package io.ebbtide.examples.load;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A second of a run: about one second, more on a machine that is busy. Immutable.
 *
 * @param at its end
 * @param sinceStart its end
 * @param length how long it was
 * @param stage of the schedule
 * @param target requests per second that the schedule asks for
 * @param counts what happened in it
 * @param total what has happened so far
 * @param p50 of the times to an answer in it; null without an answer
 * @param p99 of the same
 * @param replicas as they were last read
 */
record Moment(
        Instant at,
        Duration sinceStart,
        Duration length,
        String stage,
        double target,
        Tally.Counts counts,
        Tally.Counts total,
        @Nullable Duration p50,
        @Nullable Duration p99,
        ReplicaSample replicas) {
    /** A count of it for each second. */
    double perSecond(long count) {
        return count * 1e9 / Math.max(1, length.toNanos());
    }
}
