package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.undertow.Undertow;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The first process of a container, which the kernel treats unlike others: no signal reaches it that it does not handle. */
@Execution(ExecutionMode.CONCURRENT) // it mostly waits
final class PidOneIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    static final class Service {
        public static void main(String[] arguments) {
            var listener = Undertow.builder().addHttpListener(0, "127.0.0.1");
            var source = UndertowSource.of(listener, new HoldingHandler());
            Ebbtide.builder("first")
                    .serve(source)
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .startupTask(
                            "print the process id",
                            () -> System.out.println(
                                    "pid=" + ProcessHandle.current().pid()))
                    .settings(
                            Settings.derived().withGrace(Duration.ofMinutes(2)).withLameDuck(Duration.ofMillis(500)))
                    .build()
                    .run();
        }
    }

    @BeforeAll
    static void isAllowed() {
        assumeTrue(
                JavaLauncher.canBePidOne(),
                "this system permits no PID namespace for this user (util-linux' unshare --user --pid)");
    }

    @Test
    void sigterm_toTheFirstProcess_drainsAndExitsWithZero() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Service.class).asPidOne().start();
                WireConnection kept = WireConnection.open(service.awaitPort(), SOON);
                WireConnection client = WireConnection.open(service.awaitPort(), SOON)) {
            service.awaitLine("^pid=1$", SOON);
            service.awaitLine("'first' is RUNNING", SOON);
            kept.exchange("GET", "/health/live"); // not counted
            client.send("GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n");
            service.awaitLine("begun /held", SOON);
            service.signal("TERM");
            service.awaitLine("'first' is DRAINING", SOON);
            kept.exchange("GET", "/release");

            assertThat(client.read(false).body()).isEqualTo("held");
            ServiceProcess.Exit exit = service.awaitExit(SOON);

            System.out.printf(
                    "PID 1: exit code %d after %d ms%n",
                    exit.code(), exit.sinceSignal().toMillis());
            assertThat(exit.code()).isZero();
            JsonNode report = service.report();
            assertThat(report.get("reason").asText()).isEqualTo("SIGTERM");
            assertThat(report.get("outcome").asText()).isEqualTo("CLEAN");
            assertThat(report.get("inFlightAtSignal").asInt()).isEqualTo(1);
            assertThat(report.get("inFlightFinished").asInt())
                    .as("that and the one which released it")
                    .isEqualTo(2);
        }
    }
}
