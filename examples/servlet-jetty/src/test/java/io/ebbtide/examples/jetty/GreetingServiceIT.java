package io.ebbtide.examples.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The service is started and loaded, and gets SIGTERM under that load. */
final class GreetingServiceIT {
    private static final Duration SOON = Duration.ofMinutes(2);

    @Test
    void sigterm_underLoad_losesNothing() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(GreetingService.class)
                .arguments("0")
                .environment("EBBTIDE_MANAGEMENT_PORT", "0")
                .start()) {
            int port = service.awaitPort();
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> WireConnection.get(port, "/health/ready").status() == 200);
            StrictLoad load = StrictLoad.start(port, 16, number -> WireRequest.get("/greeting?name=client-" + number));
            Awaitility.await().atMost(SOON).until(() -> load.answered() > 1_000);

            load.stopAfter(Duration.ofSeconds(1)); // as a balancer that learns of the removal late
            service.signal("TERM");
            LoadResult result = load.await(SOON);
            ServiceProcess.Exit exit = service.awaitExit(SOON);

            assertThat(result.lost()).isEmpty();
            assertThat(result.answered()).isEqualTo(result.sent());
            assertThat(exit.code()).isZero();
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
        }
    }
}
