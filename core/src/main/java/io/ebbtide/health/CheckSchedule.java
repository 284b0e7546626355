package io.ebbtide.health;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;

/**
 * When a check runs, and how many results in a row change its verdict. Immutable.
 *
 * <p>A fault that begins right after a good run is reported within {@code interval + failuresToDown x timeout +
 * (failuresToDown - 1) x suspectInterval}; with the defaults 10 s.
 *
 * @param interval time from the end of one run to the start of the next, {@code > 0} and at most 365 days; each is up
 *     to 10 % shorter at random, so that replicas do not run their checks in step
 * @param timeout how long one run may take before it counts as failed, except the first (see {@link #firstTimeout}),
 *     {@code > 0} and at most 365 days
 * @param failuresToDown consecutive failures after which an UP check becomes DOWN, 1 to 1000
 * @param successesToUp consecutive successes after which a DOWN check becomes UP, 1 to 1000
 * @param staleAfter age at which a verdict that no run renews no longer counts, {@code > interval + timeout} and at most
 *     3650 days
 */
public record CheckSchedule(
        Duration interval, Duration timeout, int failuresToDown, int successesToUp, Duration staleAfter) {
    private static final int FIRST_RUN_FACTOR = 5;
    private static final Duration MAX_EXTRA_FOR_FIRST_RUN = Duration.ofSeconds(5);
    private static final int MAX_IN_A_ROW = 1_000;
    private static final Duration LONGEST_STALE_AFTER = Duration.ofDays(3_650);
    private static final CheckSchedule DEFAULTS =
            new CheckSchedule(Duration.ofSeconds(5), Duration.ofSeconds(1), 3, 2, Duration.ofSeconds(30));

    public CheckSchedule {
        Expect.positive(interval, "interval");
        Expect.positive(timeout, "timeout");
        Expect.present(staleAfter, "staleAfter");
        if (staleAfter.compareTo(LONGEST_STALE_AFTER) > 0) {
            throw Expect.wrong("staleAfter", staleAfter, "at most 3650 days");
        }
        if (staleAfter.compareTo(interval.plus(timeout)) <= 0) {
            throw Expect.wrong("staleAfter", staleAfter, "> interval + timeout, which is " + interval.plus(timeout));
        }
        Expect.between(1, MAX_IN_A_ROW, failuresToDown, "failuresToDown");
        Expect.between(1, MAX_IN_A_ROW, successesToUp, "successesToUp");
    }

    /** Every 5 s, 1 s each, down after 3 failures, up after 2 successes, stale after 30 s. */
    public static CheckSchedule defaults() {
        return DEFAULTS;
    }

    /** Returns a copy with the given interval; {@code staleAfter} grows where it would be too short. */
    public CheckSchedule withInterval(Duration newInterval) {
        Expect.positive(newInterval, "interval"); // before it is used in a calculation
        return new CheckSchedule(newInterval, timeout, failuresToDown, successesToUp, atLeast(newInterval, timeout));
    }

    /** Returns a copy with the given timeout; {@code staleAfter} grows where it would be too short. */
    public CheckSchedule withTimeout(Duration newTimeout) {
        Expect.positive(newTimeout, "timeout");
        return new CheckSchedule(interval, newTimeout, failuresToDown, successesToUp, atLeast(interval, newTimeout));
    }

    /** Returns a copy with the given numbers of consecutive results that change the verdict. */
    public CheckSchedule withThresholds(int newFailuresToDown, int newSuccessesToUp) {
        return new CheckSchedule(interval, timeout, newFailuresToDown, newSuccessesToUp, staleAfter);
    }

    /** Returns a copy with the given age at which a verdict goes stale. */
    public CheckSchedule withStaleAfter(Duration newStaleAfter) {
        return new CheckSchedule(interval, timeout, failuresToDown, successesToUp, newStaleAfter);
    }

    /** The pause between runs while the verdict is in doubt: the interval, at most 1 s. */
    public Duration suspectInterval() {
        return Durations.min(interval, Duration.ofSeconds(1));
    }

    /**
     * How long the first run may take: five times the timeout, but at most 5 s more than it. The first run loads
     * classes and opens connections while the machine is busy starting; and its outcome alone decides.
     */
    public Duration firstTimeout() {
        return Durations.min(timeout.multipliedBy(FIRST_RUN_FACTOR), timeout.plus(MAX_EXTRA_FOR_FIRST_RUN));
    }

    /** {@code interval + failuresToDown x timeout + (failuresToDown - 1) x suspectInterval}. */
    public Duration reportedWithin() {
        return interval.plus(timeout.multipliedBy(failuresToDown))
                .plus(suspectInterval().multipliedBy(failuresToDown - 1L));
    }

    private Duration atLeast(Duration newInterval, Duration newTimeout) {
        return Durations.max(staleAfter, newInterval.plus(newTimeout).multipliedBy(3));
    }
}
