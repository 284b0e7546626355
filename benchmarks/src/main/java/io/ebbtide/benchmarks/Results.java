package io.ebbtide.benchmarks;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Collects the figures of benchmarks, prints them and the progress of the running one, and keeps them for the summary. Failed
 * measurements are kept beside them. Not thread-safe; confine to one thread.
 */
final class Results {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private final PrintStream out;
    private final int maximumRuns;
    private final List<Row> rows = new ArrayList<>();
    private String position = "";
    private String benchmark = "";
    private long beganNanos = System.nanoTime();
    private long printedNanos = beganNanos;

    /** @param maximumRuns the maximum for each figure, to test whether the benchmarks work; 0 for as many as each needs */
    Results(PrintStream out, int maximumRuns) {
        this.out = out;
        this.maximumRuns = maximumRuns;
    }

    /** A line of the summary: a figure, or the reason why there is none. */
    sealed interface Row {
        String benchmark();

        Duration took();
    }

    record Measured(String benchmark, Figure figure, Duration took) implements Row {}

    record Failed(String benchmark, String what, String reason, Duration took) implements Row {}

    /** A measurement for one or several figures. */
    @FunctionalInterface
    interface Attempt {
        void run() throws Exception;
    }

    /** Runs one benchmark; its failure becomes a row. */
    void run(String newPosition, String name, Benchmark measured) {
        position = newPosition;
        benchmark = name;
        progress(name);
        lap();
        int before = rows.size();
        attempt(name, () -> {
            measured.measure(this);
            if (rows.size() == before) {
                throw new IllegalStateException("no figure was measured");
            }
        });
    }

    /** The number of runs to do, given the usual number. */
    int runs(int usual) {
        return maximumRuns > 0 ? Math.min(maximumRuns, usual) : usual;
    }

    /** Measures a duration the given number of times, and adds the median. A failure becomes a row. */
    void repeat(String figure, int usualRuns, @Nullable Bound bound, Callable<Duration> measured) {
        attempt(figure, () -> {
            var sample = new Sample(figure, Unit.MILLIS);
            for (int i = 0; i < runs(usualRuns); i++) {
                progress(figure, i, runs(usualRuns));
                sample.add(measured.call());
            }
            add(sample.median(bound));
        });
    }

    /** Measures; a failure becomes a row, and the caller continues. */
    void attempt(String what, Attempt attempt) {
        try {
            attempt.run();
        } catch (Throwable e) { // an Error too: the other benchmarks run in separate processes
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            rows.add(new Failed(benchmark, what, firstLine(e), lap()));
            out.println(position + " " + benchmark + ": could not measure: " + what);
            e.printStackTrace(out);
        }
    }

    /** Adds a figure, and prints it. */
    void add(Figure figure) {
        rows.add(new Measured(benchmark, figure, lap()));
        note(figure.line());
    }

    /** Prints a line that is not in the summary. */
    void note(String line) {
        out.println("  " + line);
        printedNanos = System.nanoTime();
    }

    /** Prints the progress of the benchmark: at its start, and every 10 s. */
    void progress(String what, int done, int of) {
        if (done == 0 || System.nanoTime() - printedNanos >= BETWEEN_LINES.toNanos()) {
            progress("%s %d/%d  %s".formatted(benchmark, done, of, what));
        }
    }

    List<Row> rows() {
        return List.copyOf(rows);
    }

    /** 0 if everything was measured, regardless of the figures; 1 if not, or if nothing was. */
    int exitCode() {
        return rows.isEmpty() || rows.stream().anyMatch(Failed.class::isInstance) ? 1 : 0;
    }

    private void progress(String text) {
        out.println(position + " " + text);
        printedNanos = System.nanoTime();
    }

    private Duration lap() {
        long now = System.nanoTime();
        Duration lap = Duration.ofNanos(now - beganNanos);
        beganNanos = now;
        return lap;
    }

    private static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : e.getClass().getSimpleName() + ": "
                        + message.lines().findFirst().orElse("");
    }
}
