package io.ebbtide.examples.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The spike against three replicas of {@code orders-service} behind the test kit's balancer, of which one is replaced in the middle of
 * it: the command as users start it, in a JVM of its own.
 */
@Execution(ExecutionMode.CONCURRENT)
final class LoadIT {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @TempDir
    private Path folder;

    @Test
    @Tag("extended")
    void aSpike_whileAReplicaIsReplaced_losesNothing() throws Exception {
        goodRun("6s");
    }

    @Test
    @Tag("extended")
    void aSpike_overReplicasWithoutLameDuck_failsAndSaysWhy() throws Exception {
        faultyRun("5s");
    }

    @Test
    @Tag("full")
    void aLongSpike_whileAReplicaIsReplaced_losesNothing() throws Exception {
        goodRun("60s");
    }

    @Test
    @Tag("full")
    void aLongSpike_overReplicasWithoutLameDuck_failsAndSaysWhy() throws Exception {
        faultyRun("60s");
    }

    @Test
    @Tag("full")
    void theCommand_thatIsTerminated_endsItsReplicas() throws Exception {
        try (ServiceProcess load = start("--duration", "60s")) {
            load.awaitLine("stops by itself", PATIENCE);
            List<ProcessHandle> replicas =
                    ProcessHandle.of(load.pid()).orElseThrow().children().toList();
            assertThat(replicas).hasSize(4).allMatch(ProcessHandle::isAlive);

            load.signal("TERM");

            load.awaitExit(PATIENCE);
            for (ProcessHandle replica : replicas) {
                replica.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void standardOutput_onAFullDisk_isAnError() throws Exception {
        assumeThat(Path.of("/dev/full")).exists();
        Path err = folder.resolve("err");

        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadCommand.class.getName(),
                        "--help")
                .redirectOutput(new File("/dev/full"))
                .redirectError(err.toFile())
                .start();

        assertThat(process.waitFor()).isEqualTo(3);
        assertThat(err)
                .hasContent(
                        "load: standard output: cannot be written (expected: room for it, and a reader that reads to its end)");
    }

    private void goodRun(String duration) throws Exception {
        try (ServiceProcess load = start("--duration", duration)) {
            ServiceProcess.Exit exit = load.awaitExit(PATIENCE);

            assertThat(exit.code()).as(load.output()).isZero();
            assertThat(load.output())
                    .contains("SIGTERM to the first")
                    .containsPattern("ok    requests lost: 0 of [1-9]\\d+ \\(expected: at most 0\\)")
                    .contains("ok    exit code of the replaced replica: 0 (expected: 0)")
                    .contains("All thresholds are met.");
        }
        List<List<String>> log = log();
        assertThat(sum(log, "sent")).isEqualTo(sum(log, "answered")).isGreaterThan(200);
        assertThat(sum(log, "lost")).isZero();
        assertThat(column(log, "replicas_wanted")).contains("3", "4");
        assertThat(column(log, "utilisation")).anyMatch(text -> !text.isEmpty() && Double.parseDouble(text) > 0);
        assertThat(report()).contains("\"met\":true").contains("uPlot").doesNotContain("\"report data\"");
    }

    private void faultyRun(String duration) throws Exception {
        try (ServiceProcess load = start("--plant-lame-duck-0", "--duration", duration)) {
            ServiceProcess.Exit exit = load.awaitExit(PATIENCE);

            assertThat(exit.code()).as(load.output()).isEqualTo(4);
            assertThat(load.output())
                    .containsPattern("FAIL  requests lost: [1-9]\\d* of \\d+ \\(expected: at most 0\\)")
                    .contains("a lame duck that is shorter than the balancer's delay")
                    .containsPattern(" at second [\\d.]+: a new replica is ready; SIGTERM to the first")
                    .contains("A threshold is exceeded");
        }
        List<List<String>> log = log();
        assertThat(sum(log, "lost")).isPositive();
        assertThat(sum(log, "sent")).isEqualTo(sum(log, "answered") + sum(log, "failed_attempts"));
        assertThat(report()).contains("\"met\":false").contains("a lame duck that is shorter");
    }

    private ServiceProcess start(String... arguments) {
        return JavaLauncher.of(LoadCommand.class)
                .arguments("--dry-run", "--rate", "10", "--timeout", "60s", "--out", folder.toString())
                .arguments(arguments)
                .start();
    }

    /** The lines of the log, the names of the columns first. */
    private List<List<String>> log() throws IOException {
        var lines = new ArrayList<List<String>>();
        for (String line : Files.readAllLines(folder.resolve("timeline.csv"))) {
            lines.add(Arrays.asList(line.split(",", -1)));
        }
        return lines;
    }

    private String report() throws IOException {
        return Files.readString(folder.resolve("report.html"));
    }

    private static List<String> column(List<List<String>> log, String name) {
        int column = log.get(0).indexOf(name);
        assertThat(column).as(name).isNotNegative();
        return log.stream().skip(1).map(line -> line.get(column)).toList();
    }

    private static long sum(List<List<String>> log, String name) {
        return column(log, name).stream().mapToLong(Long::parseLong).sum();
    }
}
