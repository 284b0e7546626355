package io.ebbtide.benchmarks;

import java.time.Duration;

/**
 * What a figure is held to. Immutable.
 *
 * @param upper whether a figure has to be below the limit; if not, it has to reach it
 * @param limit in the figure's unit
 */
record Bound(boolean upper, double limit) {
    /** Less than this long; the figure is in milliseconds. */
    static Bound below(Duration limit) {
        return new Bound(true, Sample.millis(limit));
    }

    static Bound below(double limit) {
        return new Bound(true, limit);
    }

    static Bound atLeast(double limit) {
        return new Bound(false, limit);
    }

    /** Compares an interval, of which an end may be infinite. */
    Comparison compare(double lower, double upperEnd) {
        if (upper ? upperEnd < limit : lower >= limit) {
            return Comparison.MET;
        }
        return (upper ? lower >= limit : upperEnd < limit) ? Comparison.NOT_MET : Comparison.NOT_DISTINGUISHABLE;
    }

    /** Such as {@code < 60.0 ms}. */
    String text(Unit unit) {
        return (upper ? "< " : ">= ") + unit.text(limit);
    }
}
