package io.ebbtide.autoscale;

/**
 * The latest values of a signal, as sums from the beginning, so that the mean over any part costs two array accesses. Bounded: it keeps
 * a fixed number of steps. Not thread-safe; confine to one thread.
 */
final class History {
    private final double[] sums;
    private long steps;

    History(int kept) {
        sums = new double[kept + 1];
    }

    /** Adds the value of the next step. */
    void add(double value) {
        double before = sums[(int) (steps % sums.length)];
        steps++;
        sums[(int) (steps % sums.length)] = before + value;
    }

    /** The mean of the steps from the first (inclusive) to the second (exclusive), as far as they are kept. */
    double mean(long from, long to) {
        long end = Math.min(to, steps);
        long begin = Math.max(Math.max(0, from), steps - sums.length + 1);
        if (end <= begin) {
            return 0;
        }
        return (sums[(int) (end % sums.length)] - sums[(int) (begin % sums.length)]) / (end - begin);
    }
}
