package io.ebbtide.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Durations of the same thing, measured again and again. Not thread-safe; confine to one thread. */
final class Sample {
    private final String name;
    private final List<Duration> values = new ArrayList<>();

    Sample(String name) {
        this.name = name;
    }

    void add(Duration value) {
        values.add(value);
    }

    Duration median() {
        return sorted().get(values.size() / 2);
    }

    /** One line: name, minimum, median with its 95 % interval, maximum. */
    String line() {
        List<Duration> sorted = sorted();
        return "%-44s %4d runs   min %7.1f ms   median %7.1f ms (%.1f to %.1f)   max %7.1f ms"
                .formatted(
                        name,
                        values.size(),
                        millis(sorted.get(0)),
                        millis(median()),
                        millis(sorted.get(lowerRank(values.size()))),
                        millis(sorted.get(upperRank(values.size()))),
                        millis(sorted.get(sorted.size() - 1)));
    }

    /** @throws IllegalStateException if the median is not below the bound */
    void expectMedianBelow(Duration bound) {
        if (median().compareTo(bound) >= 0) {
            throw new IllegalStateException(
                    "%s: median %.1f ms (expected: < %d ms)".formatted(name, millis(median()), bound.toMillis()));
        }
    }

    /** The rank of the lower end of the median's 95 % interval, by the binomial distribution, which is nearly normal. */
    static int lowerRank(int count) {
        return Math.max(0, (int) Math.floor(count / 2.0 - 0.98 * Math.sqrt(count)));
    }

    /** The rank of its upper end. */
    static int upperRank(int count) {
        return Math.min(count - 1, (int) Math.ceil(count / 2.0 + 0.98 * Math.sqrt(count)));
    }

    static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private List<Duration> sorted() {
        List<Duration> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted;
    }
}
