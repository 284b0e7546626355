package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireRequest;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The main job: a service under load is told to stop, and no request is lost. */
final class SigtermIT {
    private static final int CLIENTS = 64;
    private static final Duration LEARNS_OF_THE_REMOVAL = Duration.ofMillis(1_500);
    private static final Duration NEVER_LEAVES = Duration.ofMinutes(1);

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
        LoadResult result = sigtermUnderLoad(LEARNS_OF_THE_REMOVAL);

        assertThat(result.lost()).isEmpty();
        assertThat(result.gone()).as("clients who found nobody listening").isZero();
        assertThat(result.answered()).isGreaterThanOrEqualTo(5_000).isEqualTo(result.sent());
    }

    @Tag("full")
    @RepeatedTest(10)
    void sigterm_tenTimes_losesNothing() throws Exception {
        sigterm_under64Clients_losesNothing();
    }

    /**
     * Clients that come back on a new connection each time they are told to leave, until nobody listens. What the kernel
     * accepts in the microseconds between the last look at the queue and the closing of the port is reset: such a
     * request reached the machine and not the process. No more than that.
     */
    @Tag("full")
    @RepeatedTest(10)
    void sigterm_underClientsThatNeverLeave_losesNextToNothing() throws Exception {
        LoadResult result = sigtermUnderLoad(NEVER_LEAVES);

        assertThat(result.gone()).isEqualTo(CLIENTS);
        assertThat(result.lost()).hasSizeLessThanOrEqualTo(2).allMatch(lost -> lost.contains("reset"));
    }

    private static LoadResult sigtermUnderLoad(Duration leavesAfter) throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Service.class).start()) {
            StrictLoad load = StrictLoad.start(service.awaitPort(), CLIENTS, SigtermIT::mix);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> load.sent() > 4_500);

            load.stopAfter(leavesAfter); // before the signal, which takes a moment to send
            service.signal("TERM");
            LoadResult result = load.await(Duration.ofSeconds(60));
            ServiceProcess.Exit exit = service.awaitExit(Duration.ofSeconds(30));

            System.out.printf(
                    "SIGTERM: sent %d, answered %d, lost %d, exit code %d after %d ms%n",
                    result.sent(),
                    result.answered(),
                    result.lost().size(),
                    exit.code(),
                    exit.sinceSignal().toMillis());
            assertThat(exit.code()).isZero();
            JsonNode report = service.report();
            assertThat(report.get("outcome").asText()).isEqualTo("CLEAN");
            assertThat(report.get("late").get("count").asLong()).isPositive();
            assertThat(report.get("late").get("refused").asLong()).isZero();
            return result;
        }
    }

    /** 90 % take 20 ms, 9 % 200 ms, 1 % 3 s. */
    private static WireRequest mix(long number) {
        long hundredth = number % 100;
        return WireRequest.get(hundredth == 50 ? "/work/3000" : hundredth % 11 == 0 ? "/work/200" : "/work/20");
    }
}
