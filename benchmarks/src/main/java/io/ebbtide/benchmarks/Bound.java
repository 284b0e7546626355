package io.ebbtide.benchmarks;

import java.time.Duration;

/**
 * The bound that a figure is compared with. Immutable.
 *
 * @param upper whether the limit is an upper one, which a figure must be below; otherwise a figure must reach it
 * @param limit in the figure's unit
 */
record Bound(boolean upper, double limit) {
    /** Less than the given duration; the figure is in milliseconds. */
    static Bound below(Duration limit) {
        return new Bound(true, Sample.millis(limit));
    }

    static Bound below(double limit) {
        return new Bound(true, limit);
    }

    static Bound atLeast(double limit) {
        return new Bound(false, limit);
    }

    /** Compares an interval, whose ends may be infinite. */
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
