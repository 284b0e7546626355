package io.ebbtide.autoscale;

import java.time.Duration;

/** A histogram of the time that requests take, in buckets 2 % wide. Not thread-safe; confine to one thread. */
final class LatencyHistogram {
    private static final double SMALLEST = 1e-5;
    private static final double WIDTH = Math.log(1.02);
    private final double[] weights = new double[1600];
    private double total;
    private double largest;

    void add(double seconds, double requests) {
        if (requests > 0) {
            int index = (int) (Math.log(Math.max(1, seconds / SMALLEST)) / WIDTH);
            weights[Math.min(weights.length - 1, index)] += requests;
            total += requests;
            largest = Math.max(largest, seconds);
        }
    }

    /** The upper end of the bucket in which this share of the requests is reached; zero without requests. */
    Duration quantile(double share) {
        double sum = 0;
        for (int i = 0; i < weights.length && total > 0; i++) {
            sum += weights[i];
            if (sum >= share * total) {
                return duration(Math.min(largest, SMALLEST * Math.exp((i + 1) * WIDTH)));
            }
        }
        return duration(largest);
    }

    Duration largest() {
        return duration(largest);
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
