package io.ebbtide.autoscale;

/**
 * The latest values of a signal, as sums from the beginning, so that the mean over any part costs two look-ups. Bounded: it keeps as
 * many steps as it is made for. Not thread-safe; confine to one thread.
 */
final class History {
    private final double[] sums;
    private long steps;

    History(int kept) {
        sums = new double[kept + 1];
    }

    /** The value of the next step. */
    void add(double value) {
        double before = sums[(int) (steps % sums.length)];
        steps++;
        sums[(int) (steps % sums.length)] = before + value;
    }

    /** The mean of the steps from the first, inclusively, to the second, exclusively, as far as they are kept. */
    double mean(long from, long to) {
        long end = Math.min(to, steps);
        long begin = Math.max(Math.max(0, from), steps - sums.length + 1);
        if (end <= begin) {
            return 0;
        }
        return (sums[(int) (end % sums.length)] - sums[(int) (begin % sums.length)]) / (end - begin);
    }
}
