package io.ebbtide.benchmarks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * How long the autoscaling simulator takes for a trace in a file, in steps of 1 s, from the start of its JVM to its end: a day and a
 * week, with up to 2,000 pods.
 */
final class AutoscaleTime {
    private static final int RUNS = 7;
    private static final int DAY = 86_400;
    private static final long SEED = 20_261_129;
    private static final String MANIFESTS = """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: orders
            spec:
              template:
                spec:
                  containers:
                    - name: main
                      image: orders:1
                      resources:
                        requests:
                          cpu: 250m
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata:
              name: orders
            spec:
              scaleTargetRef:
                apiVersion: apps/v1
                kind: Deployment
                name: orders
              minReplicas: 2
              maxReplicas: 2000
              metrics:
                - type: Resource
                  resource:
                    name: cpu
                    target:
                      type: Utilization
                      averageUtilization: 70
              behavior:
                scaleDown:
                  policies:
                    - type: Percent
                      value: 50
                      periodSeconds: 60
            """;

    private AutoscaleTime() {}

    /** One run of the command. */
    private record Run(Duration took, long peakBytes) {}

    static void measure(Results results) throws Exception {
        Path folder = Files.createTempDirectory("autoscale-time");
        try {
            Path manifests = Files.writeString(folder.resolve("all.yaml"), MANIFESTS);
            Path day = trace(folder.resolve("day.csv"), DAY);
            Path week = trace(folder.resolve("week.csv"), 7 * DAY);
            var ofDay = new Sample("a day in steps of 1 s, up to 2,000 pods, JVM start included", Unit.MILLIS);
            var memory = new Sample("the same, resident memory of 300 MB at its peak", Unit.PERCENT);
            var ofWeek = new Sample("a week in steps of 1 s, up to 2,000 pods, JVM start included", Unit.MILLIS);
            for (int i = 0; i < results.runs(RUNS); i++) {
                results.progress("a day and a week", i, results.runs(RUNS));
                Run one = run(folder, manifests, day);
                ofDay.add(one.took());
                memory.add(one.peakBytes() / 3e6);
                ofWeek.add(run(folder, manifests, week).took());
            }
            results.add(ofDay.median(Bound.below(Duration.ofSeconds(3))));
            results.add(memory.median(Bound.below(100)));
            results.add(ofWeek.median(Bound.below(Duration.ofSeconds(10))));
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path each :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    /** Writes a trace that rises from 20,000 requests per second to 240,000 and falls again each day, with noise. */
    private static Path trace(Path file, int seconds) throws IOException {
        var random = new SplittableRandom(SEED);
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            writer.write("time,rate\n");
            for (int i = 0; i < seconds; i++) {
                double wave = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / DAY);
                double rate = 20_000 + 220_000 * wave + random.nextDouble(-3_000, 3_000);
                writer.write(String.format(Locale.ROOT, "%d,%.1f%n", 1_700_000_000L + i, rate));
            }
        }
        return file;
    }

    private static Run run(Path folder, Path manifests, Path trace) throws Exception {
        Path out = folder.resolve("out.txt");
        long start = System.nanoTime();
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.ebbtide.autoscale.AutoscaleCommand",
                        manifests.toString(),
                        "--trace",
                        trace.toString(),
                        "--format",
                        "json"))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        long peak = 0;
        while (!process.waitFor(10, TimeUnit.MILLISECONDS)) {
            peak = Math.max(peak, peakBytes(process.pid()));
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        String text = Files.readString(out);
        if (process.exitValue() != 0 || !text.contains("\"mostReplicas\" : 2000") || peak == 0) {
            throw new IllegalStateException(
                    "exit code %d, peak %d bytes (expected: 0, at most 2,000 replicas, some bytes):%n%s"
                            .formatted(process.exitValue(), peak, text));
        }
        return new Run(took, peak);
    }

    /** The peak of the resident memory, as Linux counts it; 0 if the process has ended. */
    private static long peakBytes(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(each -> each.startsWith("VmHWM:"))
                    .mapToLong(each -> Long.parseLong(each.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0; // the process has just ended
        }
    }
}
