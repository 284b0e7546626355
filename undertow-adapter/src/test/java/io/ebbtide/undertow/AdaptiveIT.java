package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.lifecycle.LameDuckPolicy;
import io.ebbtide.lifecycle.LameDuckRules;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireRequest;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A lame duck that ends once its clients have left, whenever that is: under some 300 requests a second. */
final class AdaptiveIT {
    private static final int CLIENTS = 7;
    private static final Duration FLOOR = Duration.ofSeconds(2);
    private static final Duration LONGEST_REQUEST = Duration.ofMillis(20);
    private static final Duration NOISE = Duration.ofSeconds(1);

    /** The first argument is the policy. */
    static final class Service {
        public static void main(String[] arguments) {
            var source = UndertowSource.http(0, new TimedHandler()).workerThreads(16);
            Ebbtide.builder("adaptive")
                    .serve(source)
                    .startupTask("tell the port", () -> System.out.println("port=" + source.port()))
                    .settings(Settings.derived()
                            .withGrace(Duration.ofSeconds(40))
                            .withLameDuck(Duration.ofSeconds(15))
                            .withLameDuckRules(
                                    LameDuckRules.defaults().withPolicy(LameDuckPolicy.valueOf(arguments[0]))))
                    .build()
                    .run();
        }
    }

    @Test
    void clientsThatLeaveAfterTwoSeconds_areWaitedFor_andNoLonger() throws Exception {
        Duration lag = Duration.ofSeconds(2);

        Duration took = sigterm(LameDuckPolicy.ADAPTIVE, lag, "QUIET");

        assertThat(took).isLessThan(lag.plus(FLOOR).plus(LONGEST_REQUEST).plus(NOISE));
    }

    @Test
    @Tag("full")
    void clientsThatLeaveAfterEightSeconds_areWaitedFor() throws Exception {
        Duration lag = Duration.ofSeconds(8);

        Duration took = sigterm(LameDuckPolicy.ADAPTIVE, lag, "QUIET");

        assertThat(took).isBetween(lag, lag.plus(FLOOR).plus(LONGEST_REQUEST).plus(NOISE));
    }

    @Test
    @Tag("full")
    void fixedLameDuck_takesItsWholeTime() throws Exception {
        Duration took = sigterm(LameDuckPolicy.FIXED, Duration.ofSeconds(2), "MAX");

        assertThat(took).isGreaterThan(Duration.ofSeconds(15));
    }

    private static Duration sigterm(LameDuckPolicy policy, Duration lag, String ended) throws Exception {
        try (ServiceProcess service =
                JavaLauncher.of(Service.class).arguments(policy.name()).start()) {
            StrictLoad load = StrictLoad.start(service.awaitPort(), CLIENTS, number -> WireRequest.get("/work/20"));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> load.sent() > 900);

            load.stopAfter(lag); // before the signal, which takes a moment to send
            service.signal("TERM");
            LoadResult result = load.await(Duration.ofSeconds(60));
            ServiceProcess.Exit exit = service.awaitExit(Duration.ofSeconds(30));

            System.out.printf(
                    "lame duck %s: clients left after %d ms; sent %d, lost %d, exit after %d ms%n",
                    policy,
                    lag.toMillis(),
                    result.sent(),
                    result.lost().size(),
                    exit.sinceSignal().toMillis());
            assertThat(result.lost()).isEmpty();
            assertThat(result.gone()).isZero();
            assertThat(exit.code()).isZero();
            assertThat(service.report().get("lameDuck").get("ended").asText()).isEqualTo(ended);
            return exit.sinceSignal();
        }
    }
}
