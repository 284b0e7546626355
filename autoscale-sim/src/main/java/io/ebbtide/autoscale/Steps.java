package io.ebbtide.autoscale;

import java.time.Duration;
import java.util.Arrays;

/** Requests per second in equal steps: the numbers of a trace. Immutable. */
final class Steps {
    /** The maximum number of steps. */
    static final int MAX = 12_000_000;

    /** The length of a step unless set. */
    static final Duration USUAL = Duration.ofSeconds(1);

    private final String name;
    private final Duration step;
    private final float[] rates;

    /** Keeps the array itself, which must not change afterwards. */
    Steps(String name, Duration step, float[] rates) {
        this.name = name;
        this.step = step;
        this.rates = rates;
    }

    String name() {
        return name;
    }

    /** The length of one step. */
    Duration step() {
        return step;
    }

    int count() {
        return rates.length;
    }

    float rate(int index) {
        return rates[index];
    }

    /** The total number of requests. */
    double requests() {
        double sum = 0;
        for (float each : rates) {
            sum += each;
        }
        return sum * step.toMillis() / 1000;
    }

    /** The maximum of all steps. */
    double peak() {
        float peak = 0;
        for (float each : rates) {
            peak = Math.max(peak, each);
        }
        return peak;
    }

    /** Returns the same numbers under another name. */
    Steps withName(String other) {
        return new Steps(other, step, rates);
    }

    /**
     * Returns the same load in equal steps of at most this length, which an autoscaler's periods need; these steps where they are
     * short enough, or where there would be too many.
     */
    Steps refined(Duration maximum) {
        long millis = step.toMillis();
        long parts = (millis + maximum.toMillis() - 1) / maximum.toMillis();
        while (millis % parts != 0) {
            parts++;
        }
        if (parts == 1 || parts * rates.length > MAX) {
            return this;
        }
        float[] fine = new float[(int) parts * rates.length];
        for (int i = 0; i < fine.length; i++) {
            fine[i] = rates[(int) (i / parts)];
        }
        return new Steps(name, Duration.ofMillis(millis / parts), fine);
    }

    /** Returns the sum of both, the other one beginning this many steps later. */
    Steps plus(Steps other, int offset) {
        int from = Math.min(0, offset);
        long length = Math.max(rates.length, (long) offset + other.rates.length) - from;
        if (length > MAX) {
            throw tooMany(name, (double) length, step);
        }
        float[] sum = new float[(int) length];
        System.arraycopy(rates, 0, sum, -from, rates.length);
        for (int i = 0; i < other.rates.length; i++) {
            sum[offset - from + i] += other.rates[i];
        }
        return new Steps(name, step, sum);
    }

    static BadInput tooMany(String name, double steps, Duration step) {
        return BadInput.of(
                name,
                "%,.0f steps of %s (expected: at most %,d); choose a longer --step, or a shorter part",
                steps,
                Times.text(step),
                MAX);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Steps steps && step.equals(steps.step) && Arrays.equals(rates, steps.rates);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(rates);
    }
}
