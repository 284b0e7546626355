package io.ebbtide.autoscale;

import io.ebbtide.internal.Expect;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * A load over time: how many requests arrive in each second, as a mean of each step. Immutable.
 *
 * <p>A trace comes from a CSV file, from Prometheus' answer to a range query, from a shape, or from numbers. It takes 4 bytes for
 * each step of 1 s, regardless of the number of rows of a file, and has at most {@value #MAX_STEPS} steps.
 */
public final class Trace {
    static final int MAX_STEPS = Steps.MAX;
    static final Duration SHORTEST_STEP = Duration.ofMillis(10);
    static final Duration LONGEST_STEP = Duration.ofHours(1);
    static final Duration MAX_GAP = Duration.ofMinutes(5);

    private static final String FORMS = "a trace as CSV, or Prometheus' answer to a range query";

    private final Steps steps;

    private Trace(Steps steps) {
        this.steps = steps;
    }

    /**
     * Creates a trace from numbers.
     *
     * @param step the time for which each number holds, 10 ms to 1 h
     * @param rates requests per second, {@code >= 0}; at least one
     */
    public static Trace of(Duration step, double... rates) {
        Times.checkBetween(SHORTEST_STEP, LONGEST_STEP, step, "step");
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
        return new Trace(new Steps("numbers", step, kept));
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
        return new Trace(Shape.parse(Expect.text(description, "description")));
    }

    /**
     * Reads a file or a named pipe, once from its beginning to its end: comma-separated rows of a time and requests in a second, or
     * Prometheus' answer to a range query (JSON). Blocks while it reads.
     *
     * @throws IllegalArgumentException if it is neither, or holds a negative number, a gap of more than 5 minutes and three times the
     *     interval of its beginning, or a time that is not later than the one before; the message names the line and the remedy
     */
    public static Trace file(Path file) {
        return file(Expect.present(file, "file"), Steps.USUAL, MAX_GAP);
    }

    static Trace file(Path file, Duration step, Duration maxGap) {
        String name = file.toString();
        if (Files.isDirectory(file)) {
            throw BadInput.of(name, "a folder (expected: " + FORMS + ")");
        }
        if (!Files.exists(file)) {
            throw BadInput.of(name, "no such file (expected: " + FORMS + ")");
        }
        if (!Files.isReadable(file)) {
            throw BadInput.of(name, "permission denied (expected: " + FORMS + " that can be read)");
        }
        try (InputStream stream = open(file)) {
            return read(stream, name, step, maxGap);
        } catch (IOException e) {
            throw BadInput.of(name, "unreadable: %s", String.valueOf(e.getMessage()));
        }
    }

    /** The stream of a channel asks for its position, which a named pipe does not have. */
    private static InputStream open(Path file) throws IOException {
        return file.getFileSystem().equals(FileSystems.getDefault())
                ? new FileInputStream(file.toFile())
                : Files.newInputStream(file);
    }

    /** Reads a stream once, to its end; the caller closes it. */
    static Trace read(InputStream stream, String name, Duration step, Duration maxGap) throws IOException {
        var buffered = new BufferedInputStream(stream, 64 * 1024);
        return new Trace(
                PrometheusTrace.isOne(buffered)
                        ? PrometheusTrace.read(buffered, name, step, maxGap)
                        : CsvTrace.read(buffered, name, step, maxGap));
    }

    /** The length of the trace. */
    public Duration length() {
        return step().multipliedBy(steps());
    }

    /** The total number of requests. */
    public double requests() {
        return steps.requests();
    }

    /** The maximum number of requests per second, as the mean of a step. */
    public double peak() {
        return steps.peak();
    }

    String name() {
        return steps.name();
    }

    Duration step() {
        return steps.step();
    }

    int steps() {
        return steps.count();
    }

    double rate(int index) {
        return steps.rate(index);
    }

    /** Returns the same load in shorter steps, see {@link Steps#refined}. */
    Trace refined(Duration maximum) {
        return new Trace(steps.refined(maximum));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %s, %.0f requests, at most %.1f in a second",
                name(),
                Times.text(length()),
                requests(),
                peak());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Trace trace && steps.equals(trace.steps);
    }

    @Override
    public int hashCode() {
        return steps.hashCode();
    }
}
