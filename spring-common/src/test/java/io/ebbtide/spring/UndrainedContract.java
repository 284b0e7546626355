package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A reactive application on a server that Ebbtide cannot drain: all the rest works, and a warning says so. */
@Tag("extended") // slow, and seldom concerned
public abstract class UndrainedContract {
    private static final JsonMapper JSON = new JsonMapper();

    private final Class<?> main;
    private final String factory;

    /**
     * @param main starts the application on that server
     * @param factory what the warning names
     */
    protected UndrainedContract(Class<?> main, String factory) {
        this.main = main;
        this.factory = factory;
    }

    /**
     * Prints the current thread; called by the reactive indicator {@code reactive} of the application.
     *
     * @return its detail {@code seen}
     */
    public static int seen() {
        System.out.println("the indicator runs on " + Thread.currentThread().getName());
        return 3;
    }

    @Test
    final void reactiveIndicator_runsInTheBackground_andActuatorShowsItsLastResult() throws Exception {
        try (ServiceProcess process = JavaLauncher.of(main)
                .arguments(
                        "--spring.main.web-application-type=reactive",
                        "--spring.main.banner-mode=off",
                        "--management.endpoint.health.show-details=always",
                        "--ebbtide.management-port=0")
                .start()) {
            int port = process.awaitPort();

            Awaitility.await()
                    .atMost(ServerContract.SOON)
                    .untilAsserted(() -> assertThat(JSON.readTree(WireConnection.get(port, "/actuator/health")
                                            .body())
                                    .at("/components/reactive"))
                            .isEqualTo(JSON.readTree("{\"status\": \"UP\", \"details\": {\"seen\": 3}}")));
            process.awaitLine("^the indicator runs on ", ServerContract.SOON);
            assertThat(process.output().lines().filter(line -> line.startsWith("the indicator runs on ")))
                    .allMatch(line -> line.startsWith("the indicator runs on ebbtide-work-check-"));
        }
    }

    @Test
    final void service_starts_andWarnsOnce_andBootsOwnGracefulShutdownRemains() throws Exception {
        try (ServiceProcess process = JavaLauncher.of(main)
                .arguments(
                        "--spring.main.web-application-type=reactive",
                        "--spring.main.banner-mode=off",
                        "--server.shutdown=graceful",
                        "--management.endpoint.health.probes.enabled=true",
                        "--ebbtide.management-port=0")
                .start()) {
            int port = process.awaitPort();
            Matcher management =
                    process.awaitLine("answers probes at http://127.0.0.1:([0-9]+)/health", ServerContract.SOON);
            int probes = Integer.parseInt(management.group(1));
            Awaitility.await()
                    .atMost(ServerContract.SOON)
                    .until(() -> WireConnection.get(probes, "/health/ready").status() == 200);
            assertThat(WireConnection.get(port, "/actuator/health/readiness").status())
                    .isEqualTo(200);

            CompletableFuture<WireResponse> answer = ServerContract.send(port, "/work/2000");
            process.awaitLine("working for 2000 ms", ServerContract.SOON);
            process.signal("TERM");

            assertThat(answer.get(ServerContract.SOON.toSeconds(), TimeUnit.SECONDS)
                            .status())
                    .isEqualTo(200);
            assertThat(process.awaitExit(ServerContract.SOON).code())
                    .as(process::output)
                    .isZero();
            assertThat(process.output()).contains("Graceful shutdown complete");
            assertThat(process.output().lines().filter(line -> line.contains("cannot drain")))
                    .singleElement()
                    .asString()
                    .contains(" WARN ", "'work' cannot drain the web server of " + factory);
        }
    }
}
