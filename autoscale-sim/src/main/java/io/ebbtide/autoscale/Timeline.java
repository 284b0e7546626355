package io.ebbtide.autoscale;

/** A simulation over time, reduced to as many points as a chart can show. Not thread-safe; confine to one thread. */
final class Timeline {
    static final int POINTS = 800;

    private final int steps;
    private final double stepSeconds;
    private final int points;
    private final double[] arriving;
    private final double[] capacity;
    private final double[] over;
    private final double[] replicas;
    private final double[] ready;
    private final int[] count;

    Timeline(int steps, double stepSeconds) {
        this.steps = steps;
        this.stepSeconds = stepSeconds;
        points = Math.min(POINTS, steps);
        arriving = new double[points];
        capacity = new double[points];
        over = new double[points];
        replicas = new double[points];
        ready = new double[points];
        count = new int[points];
    }

    void add(int step, double rate, double ofReady, double overCapacity, int pods, int readyPods) {
        int point = (int) ((long) step * points / steps);
        arriving[point] += rate;
        capacity[point] += ofReady;
        over[point] += overCapacity;
        replicas[point] = Math.max(replicas[point], pods);
        ready[point] += readyPods;
        count[point]++;
    }

    /** The start of each point, in minutes. */
    double[] minutes() {
        double[] minutes = new double[points];
        for (int i = 0; i < points; i++) {
            minutes[i] = (double) i * steps / points * stepSeconds / 60;
        }
        return minutes;
    }

    double[] arriving() {
        return means(arriving);
    }

    double[] capacity() {
        return means(capacity);
    }

    double[] ready() {
        return means(ready);
    }

    double[] replicas() {
        return replicas.clone();
    }

    /** The sum from the start to each point. */
    double[] overSoFar() {
        double[] sums = new double[points];
        double sum = 0;
        for (int i = 0; i < points; i++) {
            sum += over[i];
            sums[i] = sum;
        }
        return sums;
    }

    private double[] means(double[] sums) {
        double[] means = new double[points];
        for (int i = 0; i < points; i++) {
            means[i] = count[i] == 0 ? 0 : sums[i] / count[i];
        }
        return means;
    }
}
