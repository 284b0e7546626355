package io.ebbtide.examples.load;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One second of a run; longer on a busy machine. Immutable.
 *
 * @param at the time of day at its end
 * @param sinceStart the time from the start of the load to its end
 * @param length its length
 * @param stage the stage of the schedule
 * @param target the scheduled requests per second
 * @param counts the counts of this second
 * @param total the counts so far
 * @param p50 the median time to an answer in it; null without an answer
 * @param p99 the 99th percentile, likewise
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
    /** Converts a count of this moment to a rate per second. */
    double perSecond(long count) {
        return count * 1e9 / Math.max(1, length.toNanos());
    }
}
