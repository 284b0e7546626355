package io.ebbtide.autoscale;

import java.time.Duration;
import java.util.Arrays;

/**
 * Converts rows to steps: a value holds until the next one, and a step has the mean of the values within it, so the total of the
 * requests does not depend on the rows' interval. Not thread-safe; confine to one thread.
 */
final class StepsBuilder {
    private final String name;
    private final Duration step;
    private final double stepSeconds;
    private final double maxGap;
    private float[] sums = new float[1024];
    private double first;
    private double last;
    private double held;
    private double interval;
    private long rows;
    private int used;

    StepsBuilder(String name, Duration step, Duration maxGap) {
        this.name = name;
        this.step = step;
        stepSeconds = step.toNanos() / 1e9;
        this.maxGap = maxGap.toNanos() / 1e9;
    }

    /** Adds a row: a time in seconds, and a number of requests per second. */
    void add(long line, double seconds, double rate) {
        if (!(rate >= 0) || rate > 1e9) {
            throw BadInput.at(name, line, "%s requests in a second (expected: 0 to 1e9)", rate);
        }
        if (rows == 0) {
            first = seconds;
        } else {
            double since = seconds - last;
            if (!(since > 0)) {
                throw BadInput.at(
                        name,
                        line,
                        "time %s is not after %s of the row before (expected: rows in the order of time); sort them",
                        number(seconds),
                        number(last));
            }
            interval = rows == 1 ? since : interval;
            double limit = Math.max(maxGap, 3 * interval);
            if (since > limit) {
                throw BadInput.at(
                        name,
                        line,
                        "a gap of %s s before this row (expected: at most %s s); fill it, or allow it by --max-gap, then "
                                + "the value before it holds",
                        number(since),
                        number(limit));
            }
            hold(last, seconds, held);
        }
        last = seconds;
        held = rate;
        rows++;
    }

    private void hold(double from, double to, double rate) {
        double begin = (from - first) / stepSeconds;
        double end = (to - first) / stepSeconds;
        if (end > Steps.MAX) {
            throw Steps.tooMany(name, end, step);
        }
        int lastStep = (int) Math.ceil(end);
        if (lastStep > sums.length) {
            sums = Arrays.copyOf(sums, Math.min(Steps.MAX, Math.max(lastStep, sums.length * 2)));
        }
        for (int i = (int) begin; i < lastStep; i++) {
            double share = Math.min(end, i + 1) - Math.max(begin, i);
            sums[i] += (float) (rate * Math.max(0, share));
        }
        used = Math.max(used, lastStep);
    }

    /** The time of the first row, in seconds. */
    double first() {
        return first;
    }

    Steps build() {
        if (rows < 2) {
            throw BadInput.of(name, "%d row(s) with a time and a number (expected: at least 2)", rows);
        }
        return built();
    }

    /** Of one of several series: a pod that lived for one scrape has a single row, which holds for one step. */
    Steps buildPart() {
        if (rows == 1) {
            interval = stepSeconds;
            return built();
        }
        return build();
    }

    boolean isSingle() {
        return rows == 1;
    }

    private Steps built() {
        hold(last, last + interval, held);
        // A step that the rows fill only in part would appear as less load.
        double whole = (last + interval - first) / stepSeconds;
        int steps = Math.max(1, Math.min(used, (int) Math.round(whole)));
        return new Steps(name, step, Arrays.copyOf(sums, steps));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }
}
