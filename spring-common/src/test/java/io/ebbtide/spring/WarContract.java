package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import java.util.regex.Matcher;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A WAR in a servlet container, which Ebbtide cannot drain: all the rest works, a warning says so, and the process is the container's. */
@Tag("extended") // slow, and seldom concerned
public abstract class WarContract {
    /** For the tests of the starters. */
    protected WarContract() {}

    @Test
    final void war_servesAndIsProbed_isWarnedOfOnce_andStopsWithItsContainer() throws Exception {
        try (ServiceProcess process = JavaLauncher.of(WarApplication.class).start()) {
            int port = process.awaitPort();
            Matcher management =
                    process.awaitLine("answers probes at http://127.0.0.1:([0-9]+)/health", ServerContract.SOON);
            int probes = Integer.parseInt(management.group(1));
            Awaitility.await()
                    .atMost(ServerContract.SOON)
                    .until(() -> WireConnection.get(probes, "/health/ready").status() == 200);
            String body = WireConnection.get(port, "/work/1").body();
            process.type("stop\n");

            assertThat(process.awaitExit(ServerContract.SOON).code())
                    .as(process::output)
                    .isZero();
            assertThat(body).isEqualTo("worked");
            assertThat(process.output()).contains("stopped");
            assertThat(process.report().get("reason").asText()).isEqualTo("the application context is closed");
            assertThat(process.report().get("outcome").asText()).isEqualTo("CLEAN");
            assertThat(process.report().get("components").findValuesAsText("name"))
                    .contains("application context")
                    .noneMatch(name -> name.startsWith("http") || name.equals("web server"));
            assertThat(process.output().lines().filter(line -> line.contains("cannot drain")))
                    .singleElement()
                    .asString()
                    .contains(
                            " WARN ",
                            "'work' cannot drain the servlet container of org.apache.catalina.core.ApplicationContext");
        }
    }

    /** The application runs within the container's {@code main} method. */
    @Test
    final void sigterm_isLeftToTheContainer() throws Exception {
        try (ServiceProcess process = JavaLauncher.of(WarApplication.class).start()) {
            process.awaitPort();
            process.awaitLine("'work' is RUNNING", ServerContract.SOON);
            process.signal("TERM");

            assertThat(process.awaitExit(ServerContract.SOON).code())
                    .as(process::output)
                    .isEqualTo(128 + 15);
            assertThat(process.output()).doesNotContain("shutting down");
        }
    }
}
