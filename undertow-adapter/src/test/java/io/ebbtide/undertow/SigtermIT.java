package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The main job: a service under load is told to stop, and no request is lost. */
final class SigtermIT {
    private static final int CLIENTS = 64;

    /** A service with slow and quick requests. */
    static final class Service {
        public static void main(String[] arguments) {
            var source = UndertowSource.http(0, new TimedHandler()).workerThreads(CLIENTS);
            Ebbtide.builder("work")
                    .serve(source)
                    .startupTask("tell the port", () -> System.out.println("port=" + source.port()))
                    .settings(
                            Settings.derived().withGrace(Duration.ofSeconds(15)).withLameDuck(Duration.ofSeconds(2)))
                    .build()
                    .run();
        }
    }

    @Test
    void sigterm_under64Clients_losesNothing() throws Exception {
        sigtermUnderLoad();
    }

    @Tag("full")
    @RepeatedTest(10)
    void sigterm_tenTimes_losesNothing() throws Exception {
        sigtermUnderLoad();
    }

    private static void sigtermUnderLoad() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Service.class).start()) {
            StrictLoad load = StrictLoad.start(service.awaitPort(), CLIENTS, SigtermIT::mix);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> load.sent() > 4_500);

            service.signal("TERM");
            LoadResult result = load.await(Duration.ofSeconds(30));
            ServiceProcess.Exit exit = service.awaitExit(Duration.ofSeconds(30));

            System.out.printf(
                    "SIGTERM: sent %d, answered %d, lost %d, exit code %d after %d ms%n",
                    result.sent(),
                    result.answered(),
                    result.lost().size(),
                    exit.code(),
                    exit.sinceSignal().toMillis());
            assertThat(result.lost()).isEmpty();
            assertThat(result.sent()).isGreaterThanOrEqualTo(5_000).isEqualTo(result.answered());
            assertThat(exit.code()).isZero();
            JsonNode report = service.report();
            assertThat(report.get("outcome").asText()).isEqualTo("CLEAN");
            assertThat(report.get("late").get("count").asLong()).isPositive();
        }
    }

    /** 90 % take 20 ms, 9 % 200 ms, 1 % 3 s. */
    static String mix(long number) {
        long hundredth = number % 100;
        return hundredth == 50 ? "/work/3000" : hundredth % 11 == 0 ? "/work/200" : "/work/20";
    }
}
