package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.health.Check;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ModularApplication;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A service on the class path of a process that lacks a library, or a module of the JDK: it drains, and reports what is missing. */
@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait
@Tag("extended")
final class MissingPartsIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String WITHOUT_UNSUPPORTED =
            "java.base,java.logging,java.management,java.naming,java.sql,java.xml";

    static final class Service {
        public static void main(String[] arguments) {
            EbbtideBuilder builder = Ebbtide.builder("orders")
                    .settings(Settings.derived().withGrace(Duration.ofMinutes(2)))
                    .management(0);
            for (String check : arguments) {
                builder.liveness(check, check.equals("heap") ? Check.heapAfterCollection(95) : Check.deadlock());
            }
            builder.run();
        }
    }

    @Test
    void withoutTheJsonLibrary_theReportIsText_andHealthIs500() throws Exception {
        try (ServiceProcess service =
                JavaLauncher.of(Service.class).without("jackson-core-").start()) {
            int port = Integer.parseInt(service.awaitLine("answers probes at http://127\\.0\\.0\\.1:(\\d+)/", SOON)
                    .group(1));
            service.awaitLine("'orders' is RUNNING", SOON);

            WireResponse health = WireConnection.get(port, "/health");
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(health.status()).isEqualTo(500);
            assertThat(health.body()).isEqualTo("the answer could not be rendered; see the log\n");
            assertThat(service.output())
                    .containsPattern("ERROR .* the answer to a probe failed, but continues; .*: NoClassDefFoundError")
                    .containsPattern(
                            "the shutdown report cannot be written as JSON \\(NoClassDefFoundError: .*\\); as text:"
                                    + " orders: CLEAN, exit code 0, .* after SIGTERM \\| in flight: 0 at the signal")
                    .doesNotContain("a log line was lost");
        }
    }

    @Test
    void withoutJdkUnsupported_theHookDrains_andTheWarningNamesAnOptionThatHelps() throws Exception {
        JavaLauncher limited = JavaLauncher.of(Service.class).jvmOptions("--limit-modules", WITHOUT_UNSUPPORTED);
        try (ServiceProcess service = limited.start()) {
            service.awaitLine(
                    "SIGTERM cannot be handled, because this process lacks the module jdk.unsupported; the drain runs in a"
                            + " shutdown hook, .*; start java with --add-modules jdk.unsupported",
                    SOON);
            service.awaitLine("'orders' is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(143);
            assertThat(service.report().get("reason").asText()).isEqualTo("JVM shutdown");
        }

        try (ServiceProcess service =
                limited.jvmOptions("--add-modules", "jdk.unsupported").start()) {
            service.awaitLine("'orders' is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("reason").asText()).isEqualTo("SIGTERM");
            assertThat(service.output()).doesNotContain("cannot be handled");
        }
    }

    @Test
    void onAnImageOfTheBaseModule_theHookDrains_andWhatIsMissingIsNamed(@TempDir Path folder) throws Exception {
        assumeTrue(ModularApplication.canLink(), "the JVM that runs this test has no jlink");
        Path image = ModularApplication.link(folder.resolve("image"), "java.base");

        try (ServiceProcess service = launcher(image).start()) {
            int port = Integer.parseInt(service.awaitLine("answers probes at http://127\\.0\\.0\\.1:(\\d+)/", SOON)
                    .group(1));
            service.awaitLine(
                    "SIGTERM cannot be handled, .*; build the runtime image by jlink with --add-modules jdk.unsupported",
                    SOON);
            service.awaitLine("'orders' is RUNNING", SOON);
            assertThat(WireConnection.get(port, "/health").status()).isEqualTo(200);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(143);
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
        }

        refusesToStart(image, "heap", "the check of the heap");
        refusesToStart(image, "deadlock", "the check of deadlocks");
    }

    /** Without Logback, which reads its configuration by the module java.xml. */
    private static JavaLauncher launcher(Path image) {
        return JavaLauncher.of(Service.class).without("logback-").javaHome(image);
    }

    private static void refusesToStart(Path image, String check, String named) throws Exception {
        try (ServiceProcess service = launcher(image).arguments(check).start()) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(1);
            assertThat(service.output())
                    .contains(
                            "IllegalStateException: " + named + " needs the module java.management, which this process"
                                    + " lacks (expected: a runtime with it); build the runtime image by jlink with --add-modules"
                                    + " java.management");
        }
    }
}
