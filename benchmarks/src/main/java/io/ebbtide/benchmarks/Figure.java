package io.ebbtide.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * One result of a benchmark: a quantile of a sample, usually the median. Immutable.
 *
 * @param name the measured quantity, and the quantile if it is not the median
 * @param count the number of values in the sample
 * @param value the quantile
 * @param lower lower end of its 95 % interval; negative infinity if there are too few values for one
 * @param upper upper end of the interval; positive infinity if there are too few values
 * @param minimum the minimum of the sample
 * @param maximum the maximum of the sample
 * @param bound null if the figure is only printed
 */
record Figure(
        String name,
        Unit unit,
        int count,
        double value,
        double lower,
        double upper,
        double minimum,
        double maximum,
        @Nullable Bound bound) {

    /** The comparison with the bound as text; {@code -} if there is no bound. */
    String comparison() {
        return bound == null ? "-" : bound.compare(lower, upper).toString();
    }

    /** Such as {@code 38.0 to 47.1}. */
    String interval() {
        if (Double.isInfinite(lower) || Double.isInfinite(upper)) {
            return "too few runs";
        }
        return unit.number(lower) + " to " + unit.number(upper);
    }

    String boundText() {
        return bound == null ? "-" : bound.text(unit);
    }

    /** All values on one line. */
    String line() {
        String line = "%s: %s (95 %%: %s), min %s, max %s, %d runs"
                .formatted(name, unit.text(value), interval(), unit.number(minimum), unit.number(maximum), count);
        return bound == null ? line : line + ", bound " + boundText() + ": " + comparison();
    }
}
