package io.ebbtide.benchmarks;

import io.ebbtide.lint.ManifestLint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How long the linter takes: in this process for 1,000 documents (250 services of four objects each, every tenth with a mistake), and as
 * a command for 5,000 documents, for 200 Services that each select 200 workloads, and for 50,000 documents in a heap of 128 MB; with
 * {@code -Dbenchmark.baseline=<runnable jar of another version of ebbtide-lint>} in turn with that version.
 */
final class LintTime {
    private static final int SERVICES = 250;
    private static final int WARM_UP = 5;
    private static final int RUNS = 10;
    private static final int PAIRS_OF_RUNS = 12;
    private static final int LONG_RUNS = 6;
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final String BASELINE = "benchmark.baseline";

    private LintTime() {}

    static void measure(Results results) throws Exception {
        byte[] text = LintInput.services(0, SERVICES).getBytes(StandardCharsets.UTF_8);
        results.repeat("1,000 documents, the first time", 1, null, () -> timed(text));
        for (int i = 0; i < WARM_UP; i++) {
            timed(text);
        }
        results.repeat("1,000 documents, warm", RUNS, Bound.below(BOUND), () -> timed(text));
        Path folder = Files.createTempDirectory("lint-time");
        try {
            commands(results, folder);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path each :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private static Duration timed(byte[] text) {
        long start = System.nanoTime();
        ManifestLint lint = ManifestLint.of(new ByteArrayInputStream(text), "documents.yaml");
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        if (lint.objects() != 4 * SERVICES || lint.findings().size() != SERVICES / 10) {
            throw new IllegalStateException("%d objects, %d findings (expected: %d and %d):%n%s"
                    .formatted(
                            lint.objects(),
                            lint.findings().size(),
                            4 * SERVICES,
                            SERVICES / 10,
                            lint.findings().stream().findFirst()));
        }
        return taken;
    }

    private static void commands(Results results, Path folder) throws IOException {
        Path jar = LintRun.jar();
        Path baseline = baseline();
        if (baseline == null) {
            results.note(
                    "no version to compare with: -D%s=<runnable jar of ebbtide-lint> names one".formatted(BASELINE));
        }
        Path documents = Files.writeString(folder.resolve("5000.yaml"), LintInput.services(0, 1_250));
        Path pairs = Files.writeString(folder.resolve("pairs.yaml"), LintInput.pairs(200));
        Path many = Files.createDirectory(folder.resolve("50000"));
        for (int i = 0; i < 10; i++) {
            Files.writeString(many.resolve(i + ".yaml"), LintInput.services(1_250 * i, 1_250 * (i + 1)));
        }
        results.attempt(
                "5,000 documents", () -> compare(results, "5,000 documents", jar, baseline, documents, 5_000, 0.5));
        results.attempt(
                "200 x 200", () -> compare(results, "200 Services x 200 workloads", jar, baseline, pairs, 400, 0.25));
        results.repeat(
                "50,000 documents with -Xmx128m, JVM start included",
                LONG_RUNS,
                null,
                () -> LintRun.of(jar, List.of("-Xmx128m"), many, 50_000).took());
    }

    private static @Nullable Path baseline() {
        String path = System.getProperty(BASELINE, "");
        if (path.isEmpty()) {
            return null;
        }
        Path jar = Path.of(path).toAbsolutePath();
        if (!Files.isRegularFile(jar)) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: a runnable jar of ebbtide-lint)".formatted(BASELINE, jar));
        }
        return jar;
    }

    /** Lints by this version, without options of the JVM, in turn with the baseline. */
    private static void compare(
            Results results, String what, Path jar, @Nullable Path baseline, Path input, int objects, double bound)
            throws Exception {
        var took = new Sample(what + ", JVM start included", Unit.MILLIS);
        var peak = new Sample(what + ", resident memory of 1 GB at its peak", Unit.PERCENT);
        var time = new Sample(what + ", time divided by the baseline's", Unit.RATIO);
        var processorTime = new Sample(what + ", processor time divided by the baseline's", Unit.RATIO);
        var memory = new Sample(what + ", peak memory divided by the baseline's", Unit.RATIO);
        int runs = results.runs(PAIRS_OF_RUNS);
        for (int i = 0; i < runs; i++) {
            results.progress(what, i, runs);
            LintRun before = baseline == null ? null : LintRun.of(baseline, List.of(), input, objects);
            LintRun now = LintRun.of(jar, List.of(), input, objects);
            took.add(now.took());
            peak.add(now.peakBytes() / 1e7);
            if (before != null) {
                time.add((double) now.took().toNanos() / before.took().toNanos());
                processorTime.add(
                        (double) now.processor().toNanos() / before.processor().toNanos());
                memory.add((double) now.peakBytes() / before.peakBytes());
            }
        }
        results.add(took.median(null));
        results.add(peak.median(null));
        if (baseline != null) {
            results.add(time.median(Bound.below(bound)));
            results.add(processorTime.median(Bound.below(bound)));
            results.add(memory.median(Bound.below(0.3)));
        }
    }
}
