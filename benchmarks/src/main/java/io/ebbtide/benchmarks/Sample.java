package io.ebbtide.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Repeated measurements of the same quantity. Not thread-safe; confine to one thread. */
final class Sample {
    private static final double OUTSIDE_EACH_END = 0.025;

    private final String name;
    private final Unit unit;
    private double[] values = {};

    Sample(String name, Unit unit) {
        this.name = name;
        this.unit = unit;
    }

    /** Adds a value in milliseconds. */
    void add(Duration value) {
        add(millis(value));
    }

    /** @throws IllegalArgumentException if the value is not a finite number, so nothing was measured */
    void add(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("%s: %s (expected: a finite number)".formatted(name, value));
        }
        values = Arrays.copyOf(values, values.length + 1);
        values[values.length - 1] = value;
    }

    double[] values() {
        return values.clone();
    }

    Figure median(@Nullable Bound bound) {
        return quantile(0.5, bound);
    }

    /**
     * The quantile with its 95 % interval, which assumes that the values are independent.
     *
     * @param fraction the share of the values that are less, {@code > 0} and {@code < 1}
     * @param bound null if the figure is only printed
     * @throws IllegalStateException if there are no values
     */
    Figure quantile(double fraction, @Nullable Bound bound) {
        int count = values.length;
        if (count == 0) {
            throw new IllegalStateException(name + ": no value was measured");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int lower = lowerRank(count, fraction);
        int upper = upperRank(count, fraction);
        boolean enough = lower >= 0 && upper < count; // for both ends
        return new Figure(
                name,
                unit,
                count,
                sorted[(int) (count * fraction)],
                enough ? sorted[lower] : Double.NEGATIVE_INFINITY,
                enough ? sorted[upper] : Double.POSITIVE_INFINITY,
                sorted[0],
                sorted[count - 1],
                bound);
    }

    /**
     * The rank, from 0, of the lower end of a quantile's 95 % interval: the number of values below the true quantile has a
     * binomial distribution.
     *
     * @return -1 if there are too few values
     */
    static int lowerRank(int count, double fraction) {
        int rank = -1;
        double below = 0; // probability of at most `rank` values
        while (below + probability(count, rank + 1, fraction) <= OUTSIDE_EACH_END) {
            rank++;
            below += probability(count, rank, fraction);
        }
        return rank;
    }

    /**
     * The rank of its upper end.
     *
     * @return {@code count} if there are too few values
     */
    static int upperRank(int count, double fraction) {
        return count - 1 - lowerRank(count, 1 - fraction);
    }

    static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    /** The probability of {@code successes} in {@code count} trials; with logarithms, as its factors exceed the range of a double. */
    private static double probability(int count, int successes, double fraction) {
        double logarithm = successes * Math.log(fraction) + (count - successes) * Math.log1p(-fraction);
        for (int i = 1; i <= successes; i++) {
            logarithm += Math.log(count - successes + i) - Math.log(i);
        }
        return Math.exp(logarithm);
    }
}
