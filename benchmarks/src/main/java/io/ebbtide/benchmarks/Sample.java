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

    /** One line: name, minimum, median, maximum. */
    String line() {
        List<Duration> sorted = sorted();
        return "%-44s %4d runs   min %7.1f ms   median %7.1f ms   max %7.1f ms"
                .formatted(
                        name,
                        values.size(),
                        millis(sorted.get(0)),
                        millis(median()),
                        millis(sorted.get(sorted.size() - 1)));
    }

    /** @throws IllegalStateException if the median is not below the bound */
    void expectMedianBelow(Duration bound) {
        if (median().compareTo(bound) >= 0) {
            throw new IllegalStateException(
                    "%s: median %.1f ms (expected: < %d ms)".formatted(name, millis(median()), bound.toMillis()));
        }
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
