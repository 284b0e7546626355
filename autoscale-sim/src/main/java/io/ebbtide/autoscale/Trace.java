package io.ebbtide.autoscale;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * A load over time: how many requests arrive in each second, as a mean of each step. Immutable.
 *
 * <p>A trace comes from a CSV file, from Prometheus' answer to a range query, from a shape, or from numbers. It takes 4 bytes for
 * each step of 1 s, regardless of the number of rows of a file, and has at most {@value #MAX_STEPS} steps.
 */
public final class Trace {
    static final int MAX_STEPS = 12_000_000;
    static final Duration STEP = Duration.ofSeconds(1);
    static final Duration MAX_GAP = Duration.ofMinutes(5);

    private final String name;
    private final Duration step;
    private final float[] rates;

    Trace(String name, Duration step, float[] rates) {
        this.name = name;
        this.step = step;
        this.rates = rates;
    }

    /**
     * Creates a trace from numbers.
     *
     * @param step the time for which each number holds, 10 ms to 1 h
     * @param rates requests per second, {@code >= 0}; at least one
     */
    public static Trace of(Duration step, double... rates) {
        Expect.positive(step, "step");
        if (step.toMillis() < 10 || step.compareTo(Duration.ofHours(1)) > 0) {
            throw Expect.wrong("step", step, "PT0.01S to PT1H");
        }
        double[] given = Expect.present(rates, "rates");
        if (given.length == 0 || given.length > MAX_STEPS) {
            throw Expect.wrong("rates", given.length + " numbers", "1 to " + MAX_STEPS);
        }
        float[] kept = new float[given.length];
        for (int i = 0; i < given.length; i++) {
            if (!(given[i] >= 0) || given[i] > 1e9) {
                throw Expect.wrong("rates[" + i + "]", given[i], "0 to 1e9 requests in a second");
            }
            kept[i] = (float) given[i];
        }
        return new Trace("numbers", step, kept);
    }

    /**
     * Creates a trace of a described shape, in steps of 1 s:
     *
     * <pre>
     * spike:base=100,peak=1000,at=10m,rise=0s,for=5m,length=40m
     * ramp:from=100,to=1000,at=5m,over=10m,length=40m
     * sawtooth:low=100,high=1000,period=10m,length=1h
     * constant:rate=100,length=1h
     * day:low=100,high=1000,length=24h
     * </pre>
     *
     * @throws IllegalArgumentException if it is none of these, or a number is missing, unknown or out of its range
     */
    public static Trace shape(String description) {
        return Shape.parse(Expect.text(description, "description"));
    }

    /**
     * Reads a file: comma-separated rows of a time and requests in a second, or Prometheus' answer to a range query (JSON).
     * Blocks while it reads.
     *
     * @throws IllegalArgumentException if it is neither, or holds a negative number, a gap of more than 5 minutes and three times the
     *     interval of its beginning, or a time that is not later than the one before; the message names the line and the remedy
     */
    public static Trace file(Path file) {
        return file(Expect.present(file, "file"), STEP, MAX_GAP);
    }

    static Trace file(Path file, Duration step, Duration maxGap) {
        String name = file.toString();
        if (!Files.isRegularFile(file)) {
            throw BadInput.of(name, "no such file (expected: a trace as CSV, or Prometheus' answer to a range query)");
        }
        try {
            return PrometheusTrace.isOne(file)
                    ? PrometheusTrace.read(file, step, maxGap)
                    : CsvTrace.read(file, step, maxGap);
        } catch (IOException e) {
            throw BadInput.of(name, "unreadable: %s", String.valueOf(e.getMessage()));
        }
    }

    /** The length of the trace. */
    public Duration length() {
        return step.multipliedBy(rates.length);
    }

    /** The total number of requests. */
    public double requests() {
        double sum = 0;
        for (float each : rates) {
            sum += each;
        }
        return sum * step.toMillis() / 1000;
    }

    /** The maximum number of requests per second, as the mean of a step. */
    public double peak() {
        float peak = 0;
        for (float each : rates) {
            peak = Math.max(peak, each);
        }
        return peak;
    }

    String name() {
        return name;
    }

    Duration step() {
        return step;
    }

    int steps() {
        return rates.length;
    }

    double rate(int index) {
        return rates[index];
    }

    /**
     * Returns the same load in equal steps of at most this length, which an autoscaler's periods need; this trace where its steps are
     * short enough, or where there would be too many.
     */
    Trace refined(Duration maximum) {
        long millis = step.toMillis();
        long parts = (millis + maximum.toMillis() - 1) / maximum.toMillis();
        while (millis % parts != 0) {
            parts++;
        }
        if (parts == 1 || parts * rates.length > MAX_STEPS) {
            return this;
        }
        float[] fine = new float[(int) parts * rates.length];
        for (int i = 0; i < fine.length; i++) {
            fine[i] = rates[(int) (i / parts)];
        }
        return new Trace(name, Duration.ofMillis(millis / parts), fine);
    }

    Trace plus(Trace other, int offset) {
        int from = Math.min(0, offset);
        long length = Math.max(rates.length, (long) offset + other.rates.length) - from;
        if (length > MAX_STEPS) {
            throw tooLong(name, (double) length, step);
        }
        float[] sum = new float[(int) length];
        System.arraycopy(rates, 0, sum, -from, rates.length);
        for (int i = 0; i < other.rates.length; i++) {
            sum[offset - from + i] += other.rates[i];
        }
        return new Trace(name, step, sum);
    }

    static BadInput tooLong(String name, double steps, Duration step) {
        return BadInput.of(
                name,
                "%,.0f steps of %s (expected: at most %,d); choose a longer --step, or a shorter part",
                steps,
                Durations.text(step),
                MAX_STEPS);
    }

    @Override
    public String toString() {
        return "%s: %s, %.0f requests, at most %.1f in a second".formatted(name, length(), requests(), peak());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Trace trace && step.equals(trace.step) && Arrays.equals(rates, trace.rates);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(rates);
    }
}
