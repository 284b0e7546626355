package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hundred texts with a marker each, and lines to forge, at every input of a service in a separate process; and their appearance
 * on its standard output and error, in the file for its end and on its ports.
 */
@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait
final class HostileTextsIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String MARKER = "S3CR3T-";
    private static final String FORGERY =
            "x\r\nFORGED\nFORGED\u0085\u2028\u2029\u001b[2J\u009b2K\u0007\b\u007f\u202e\u2066y";
    private static final Path MARKERS = Path.of("..", "core", "src", "test", "resources", "secrets", "markers.txt");

    private static final int MAX_RUNS = 3;

    @TempDir
    private Path folder;

    private Path texts;
    private Path end;

    @BeforeEach
    void write() throws IOException {
        texts = folder.resolve("texts");
        end = folder.resolve("end");
        List<String> all = new ArrayList<>();
        for (String line : Files.readAllLines(MARKERS)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                all.add(line.replace("<S>", "%s%03d".formatted(MARKER, all.size() + 1))
                        .replace("<NL>", "\n"));
            }
        }
        assertThat(all).hasSize(100);
        all.add(FORGERY);
        Files.writeString(texts, String.join("\u0000", all));
    }

    @Test
    void service_thatGetsSigterm_showsNoneOfThem() throws Exception {
        try (ServiceProcess service = start("stops")) {
            int management = management(service);
            service.awaitLine("ready for questions", SOON);
            for (String path : List.of("/health", "/health/ready", "/health/all")) {
                String body = WireConnection.get(management, path).body();
                expectHarmless(body);
                assertThat(body).as(path).contains("DOWN");
            }
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(81);
            assertThat(service.report().get("inFlightCut").asInt()).isEqualTo(101);
            assertThat(service.report().get("cut")).hasSize(100);
            assertThat(service.report().get("components")).hasSize(202);
            expectHarmless(service.output());
            expectHarmless(Files.readString(end));
            assertThat(end)
                    .content()
                    .startsWith("service: WORK_CUT, exit code 81,")
                    .contains("aborted: JOB");
        }
    }

    @Test
    void service_thatIsHalted_showsNoneOfThem() throws Exception {
        int run = 1;
        while (!haltedServiceListsItsWork()) {
            assertThat(run).as("runs without the list of the work in flight").isLessThan(MAX_RUNS);
            run++;
        }
    }

    /** Returns false if the machine was too busy for the second half of the report, which has a quarter of a second. */
    private boolean haltedServiceListsItsWork() throws Exception {
        try (ServiceProcess service = start("drains")) {
            service.awaitLine("ready for questions", SOON);
            service.signal("TERM");
            service.awaitLine("'service' is LAME_DUCK", SOON);
            expectHarmless(Files.readString(end));
            service.signalUntil("TERM", "is halted: SIGTERM was received again", SOON);

            assertThat(service.awaitExit(SOON).code()).isEqualTo(143);
            expectHarmless(service.output());
            expectHarmless(Files.readString(end));
            assertThat(end).content().contains("ebbtide: 'service' is halted");
            return Files.readString(end).contains("  JOB ");
        }
    }

    @ParameterizedTest
    @Tag("extended")
    @ValueSource(strings = {"componentFails", "taskFails", "sourceFails", "addressIsWrong", "settingIsWrong"})
    void service_thatCannotStart_showsNoneOfThem(String failure) throws Exception {
        try (ServiceProcess service = start(failure)) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(1);
            assertThat(service.output()).contains("***");
            expectHarmless(service.output());
            expectHarmless(Files.readString(end));
            assertThat(end).content().isNotBlank();
        }
    }

    private ServiceProcess start(String service) throws IOException {
        JavaLauncher launcher = JavaLauncher.of(HostileService.class)
                .arguments(service, texts.toString())
                .environment("EBBTIDE_TERMINATION_LOG", end.toString());
        return service.equals("settingIsWrong")
                ? launcher.environment("EBBTIDE_GRACE", Files.readString(texts).replace('\u0000', ' '))
                        .start()
                : launcher.start();
    }

    private static int management(ServiceProcess service) throws InterruptedException {
        return Integer.parseInt(
                service.awaitLine("http://127.0.0.1:(\\d+)/health", SOON).group(1));
    }

    private static void expectHarmless(String output) {
        assertThat(output).doesNotContain(MARKER);
        assertThat(output.lines()).noneMatch(line -> line.startsWith("FORGED"));
        for (char harmful : "\u0085\u2028\u2029\u001b\u009b\u0007\b\u007f\u202e\u2066".toCharArray()) {
            assertThat(output.indexOf(harmful))
                    .as("U+%04X in %s", (int) harmful, output)
                    .isEqualTo(-1);
        }
    }
}
