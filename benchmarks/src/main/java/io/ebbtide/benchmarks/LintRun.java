package io.ebbtide.benchmarks;

import io.ebbtide.lint.ManifestLint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run of the linter as users run it, {@code java -jar}.
 *
 * @param took from the start of its JVM to its end
 * @param processor the processor time of all its threads, as it was 10 ms before the end at most
 * @param peakBytes the peak of the resident memory, as Linux counts it
 */
record LintRun(Duration took, Duration processor, long peakBytes) {
    private static final String SUFFIX = "-all.jar";

    /** The runnable jar of this build, which is beside the plain one or its classes. */
    static Path jar() throws IOException {
        Path folder = Path.of(codeSource()).getParent();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.toString().endsWith(SUFFIX))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "%s: no ebbtide-lint-*%s (expected: one; mvn package -pl manifest-lint -am)"
                                    .formatted(folder, SUFFIX)));
        }
    }

    private static URI codeSource() {
        try {
            return ManifestLint.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lints an input with findings, of this number of objects. */
    static LintRun of(Path jar, List<String> options, Path input, int objects)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString(), "--format", "json", input.toString()));
        Path out = Files.createTempFile("lint", ".json");
        try {
            long start = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            long peak = 0;
            Duration processor = Duration.ZERO;
            while (!process.waitFor(10, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, peakBytes(process.pid()));
                processor = process.info().totalCpuDuration().orElse(processor);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            boolean complete = Files.readString(out).contains("\"objects\" : " + objects + ",");
            if (process.exitValue() != 1 || !complete || peak == 0) {
                throw new IllegalStateException("%s: exit code %d, peak %d bytes (expected: 1, some bytes, %d objects)"
                        .formatted(command, process.exitValue(), peak, objects));
            }
            return new LintRun(took, processor, peak);
        } finally {
            Files.delete(out);
        }
    }

    /** 0 if the process has ended. */
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
