package io.ebbtide.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Which signals a service receives that is started by a process which ignores them, as a background job of a script does. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
final class InheritedSignalsIT {
    private static final Duration SOON = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    static final class Service {
        public static void main(String[] arguments) {
            Ebbtide.builder("signalled")
                    .settings(Settings.derived().withGrace(Duration.ofMinutes(10)))
                    .build()
                    .run();
        }
    }

    /** Starts the service around which the first argument names, sends it the second, and prints what comes of it. */
    static final class Starter {
        public static void main(String[] arguments) throws InterruptedException {
            System.out.println("starter ignores " + ignoredBy("self"));
            System.out.println("INT can be received: " + Signals.canBeReceived("INT"));
            var launcher = JavaLauncher.of(Service.class);
            switch (arguments[0]) {
                case "plain" -> {}
                case "inTerminal" -> launcher.inTerminal();
                case "asPidOne" -> launcher.asPidOne();
                default -> throw new IllegalArgumentException(arguments[0]);
            }
            try (ServiceProcess service = launcher.start()) {
                service.awaitLine("'signalled' is RUNNING", SOON);
                System.out.println("service ignores " + ignoredBy(String.valueOf(service.pid())));
                service.signal(arguments[1]);
                int code = service.awaitExit(SOON).code();
                System.out.println("exit code " + code + " by "
                        + service.report().get("reason").asText());
            }
        }

        private static List<String> ignoredBy(String process) {
            return Stream.of("HUP", "INT", "QUIT", "PIPE", "TERM")
                    .filter(signal -> Dispositions.isIgnored(process, signal))
                    .toList();
        }
    }

    @BeforeEach
    void assumeLinux() {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "only Linux says which signals a process ignores");
    }

    @Test
    void signalsThatTheStarterIgnores_areReceivedByTheService() throws Exception {
        assumeThatDispositionsCanBeReset();

        String output = outputOfAStarter("HUP INT TERM", "plain", "INT");

        assertThat(output)
                .contains("starter ignores [HUP, INT, TERM]", "INT can be received: true")
                .contains("service ignores []", "exit code 0 by SIGINT")
                .doesNotContain("ebbtide-testkit:");
    }

    @Test
    void signalsThatTheStarterIgnores_areReceivedInATerminal() throws Exception {
        assumeThatDispositionsCanBeReset();

        String output = outputOfAStarter("HUP INT TERM", "inTerminal", "INT");

        assertThat(output)
                .contains("starter ignores [HUP, INT, TERM]")
                .contains("service ignores []", "exit code 0 by SIGINT");
    }

    @Test
    void signalsThatTheStarterIgnores_areReceivedByPidOne() throws Exception {
        assumeThatDispositionsCanBeReset();
        assumeTrue(JavaLauncher.canBePidOne(), "PID namespaces are forbidden here");

        String output = outputOfAStarter("HUP INT TERM", "asPidOne", "TERM");

        assertThat(output)
                .contains("starter ignores [HUP, INT, TERM]")
                .contains("service ignores []", "exit code 0 by SIGTERM");
    }

    @Test
    void signalsThatCannotBeReset_areIgnoredByTheService_andItIsSaid() throws Exception {
        Path env = folder.resolve("env");
        Files.writeString(env, "#!/bin/sh\necho env: unrecognized option: default-signal >&2\nexit 1\n");
        Files.setPosixFilePermissions(env, PosixFilePermissions.fromString("rwx------"));

        String output = outputOfAStarter("INT", "plain", "TERM");

        assertThat(output)
                .contains("starter ignores [INT]", "INT can be received: false")
                .containsOnlyOnce(
                        "ebbtide-testkit: processes inherit the signals that this one ignores, as a background job"
                                + " ignores SIGINT: 'env --default-signal' fails (expected: coreutils 8.31 or later);")
                .contains("service ignores [INT]", "exit code 0 by SIGTERM");
    }

    private static void assumeThatDispositionsCanBeReset() {
        assumeTrue(Dispositions.canBeReset(), "'env --default-signal' (coreutils 8.31 or later) is not there");
    }

    /** Programs in the folder come before those of the system. */
    private String outputOfAStarter(String ignored, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' " + ignored + "; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Starter.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(Signals.withDefaultDispositions(command)).redirectErrorStream(true);
        builder.environment().merge("PATH", folder.toString(), (path, first) -> first + ":" + path);
        try (var starter = new ServiceProcess(builder.start(), false)) {
            starter.awaitExit(SOON.multipliedBy(3));
            return starter.output();
        }
    }
}
