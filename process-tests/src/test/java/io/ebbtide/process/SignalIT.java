package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.Signals;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The effects of signals on a service whose lame duck is longer than any test waits, with work in flight that never ends. */
@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait
final class SignalIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Duration LAME_DUCK = Duration.ofMinutes(10);
    private static final Duration GRACE = Duration.ofMinutes(30);

    /** A signal later than one second after another counts as a further one. */
    private static final Duration LATER = Duration.ofMillis(1_500);

    static final class Service {
        public static void main(String[] arguments) {
            Ebbtide service = Ebbtide.builder("signalled")
                    .serve(new SilentSource())
                    .startupTask("say so", () -> System.out.println("started"))
                    .settings(Settings.derived().withGrace(GRACE).withLameDuck(LAME_DUCK))
                    .build();
            if (arguments.length > 0) {
                service.inFlight().enter(WorkKind.REQUEST, arguments[0]);
            }
            service.run();
        }
    }

    @Test
    void sigterm_twice_skipsTheLameDuck() throws Exception {
        try (ServiceProcess service = start(JavaLauncher.of(Service.class))) {
            service.signal("TERM");
            service.awaitLine("'signalled' is LAME_DUCK: SIGTERM", SOON);

            service.signalUntil("TERM", "SIGTERM was received again: the lame duck ends now", SOON);

            assertThat(service.awaitExit(SOON).code()).isZero();
            JsonNode report = service.report();
            assertThat(report.get("reason").asText()).isEqualTo("SIGTERM");
            assertThat(report.get("lameDuck").get("ended").asText()).isEqualTo("SKIPPED");
            assertThat(report.get("advice").get(0).asText())
                    .startsWith("a second signal, or close(), ended the lame duck at ");
        }
    }

    /** As with GNU timeout, and wrappers that forward signals that their group receives as well. */
    @Test
    void sigterm_threeTimesAtOnce_isOne() throws Exception {
        try (ServiceProcess service = start(JavaLauncher.of(Service.class))) {
            service.signal("TERM");
            service.awaitLine("'signalled' is LAME_DUCK: SIGTERM", SOON);
            service.signal("TERM");
            service.awaitLine("SIGTERM was received again within 1 s: treated as the same signal", SOON);

            service.signalUntil("TERM", "SIGTERM was received again: the lame duck ends now", SOON);
            assertThat(service.awaitExit(SOON).code()).isZero();
        }
    }

    @Test
    void sigterm_threeTimes_haltsAndNamesWhatIsInFlight() throws Exception {
        try (ServiceProcess service = start(JavaLauncher.of(Service.class).arguments("GET /endless"))) {
            service.signal("TERM");
            service.awaitLine("'signalled' is LAME_DUCK", SOON);
            service.signalUntil("TERM", "'signalled' is DRAINING", SOON);

            service.signalUntil("TERM", "is halted: SIGTERM was received again", SOON);
            ServiceProcess.Exit exit = service.awaitExit(SOON);

            assertThat(exit.code()).isEqualTo(143);
            assertThat(service.output())
                    .containsPattern(
                            "ebbtide: 'signalled' is halted: SIGTERM was received again; state DRAINING after \\d+ ms, last"
                                    + " step: nothing, in flight: 1, exit code 143\n  REQUEST GET /endless, \\d+ ms, thread main\n"
                                    + "    at ");
        }
    }

    /** As after "kubectl delete --grace-period=5" when EBBTIDE_GRACE is 60 s. */
    @Test
    void kill_afterTheSignal_isLogged(@TempDir Path folder) throws Exception {
        Path message = folder.resolve("termination-log");
        try (ServiceProcess service = start(JavaLauncher.of(Service.class)
                .arguments("GET /endless")
                .environment("EBBTIDE_TERMINATION_LOG", message.toString()))) {
            assertThat(message).isEmptyFile();
            service.signal("TERM");
            service.awaitLine("'signalled': shutting down: SIGTERM; grace 30 min assumed; if no report follows,", SOON);
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> Files.readString(message).contains("LAME_DUCK"));
            service.signalUntil("TERM", "'signalled' is DRAINING", SOON);
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> Files.readString(message).contains("DRAINING"));

            service.signal("KILL");
            service.awaitExit(SOON);

            assertThat(message)
                    .content()
                    .containsPattern(
                            "^signalled: DRAINING after [\\d.]+ s; shutting down: SIGTERM at .*Z; grace 30 min assumed;"
                                    + " in flight: 1\nif this is the last message, the process was killed before its grace was over: ");
        }
    }

    @Test
    void sigterm_inheritedAsIgnored_isLogged() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = new ProcessBuilder(
                "sh",
                "-c",
                "trap '' TERM; exec \"$0\" \"$@\"",
                java,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Service.class.getName());
        Process service = command.redirectErrorStream(true).start();
        try (BufferedReader output = service.inputReader()) {
            assertThat(output.lines()
                            .filter(line -> line.contains("SIGTERM is ignored"))
                            .findFirst())
                    .hasValueSatisfying(line -> assertThat(line)
                            .contains("only SIGKILL will end this service")
                            .contains("env --default-signal=TERM"));
        } finally {
            service.destroyForcibly();
        }
    }

    @Test
    void sigint_withoutATerminal_isASigterm() throws Exception {
        assumeThatSigintCanBeReceived();
        try (ServiceProcess service = start(JavaLauncher.of(Service.class))) {
            service.signal("INT");
            service.awaitLine("'signalled' is LAME_DUCK: SIGINT", SOON);
            service.signalUntil("INT", "SIGINT was received again: the lame duck ends now", SOON);

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("lameDuck").get("ended").asText()).isEqualTo("SKIPPED");
        }
    }

    @Test
    void sigint_inATerminal_skipsTheLameDuck() throws Exception {
        assumeThatSigintCanBeReceived();
        try (ServiceProcess service = start(JavaLauncher.of(Service.class).inTerminal())) {
            service.type("\u0003");

            assertThat(service.awaitExit(SOON).code()).isZero();
            JsonNode report = service.report();
            assertThat(report.get("reason").asText()).isEqualTo("SIGINT");
            assertThat(report.get("stateMillis").has("LAME_DUCK")).isFalse();
        }
    }

    @Test
    void sigint_twiceInATerminal_halts() throws Exception {
        assumeThatSigintCanBeReceived();
        try (ServiceProcess service =
                start(JavaLauncher.of(Service.class).arguments("GET /endless").inTerminal())) {
            service.type("\u0003");
            service.awaitLine("'signalled' is DRAINING: SIGINT", SOON);

            Awaitility.await().pollDelay(LATER).until(() -> true); // a second key within a second is the same signal
            service.type("\u0003");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(130);
            assertThat(service.output())
                    .contains("is halted: SIGINT was received again")
                    .contains("GET /endless");
        }
    }

    @Test
    void sigint_inATerminalUnderAnOrchestrator_isASigterm() throws Exception {
        assumeThatSigintCanBeReceived();
        try (ServiceProcess service = start(JavaLauncher.of(Service.class)
                .environment("NOMAD_ALLOC_ID", "a1")
                .inTerminal())) {
            service.type("\u0003");
            service.awaitLine("'signalled' is LAME_DUCK: SIGINT", SOON);
            Awaitility.await().pollDelay(LATER).until(() -> true);
            service.type("\u0003");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("lameDuck").get("ended").asText()).isEqualTo("SKIPPED");
        }
    }

    private static void assumeThatSigintCanBeReceived() {
        assumeTrue(
                Signals.canBeReceived("INT"),
                "SIGINT is ignored by this process and by all that it starts (a background job of a script, perhaps), and"
                        + " 'env --default-signal' (coreutils 8.31 or later) is not there");
    }

    private static ServiceProcess start(JavaLauncher launcher) throws InterruptedException {
        ServiceProcess service = launcher.start();
        service.awaitLine("'signalled' is RUNNING", SOON);
        return service;
    }
}
