package io.ebbtide.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireRequest;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The application gets SIGTERM under load, as a pod of a rollout does. */
final class ShutdownIT {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final int CLIENTS = 16;
    private static final int BEFORE_THE_SIGNAL = 3_000;

    /** As from a balancer that learns of the removal late. */
    private static final Duration LEARN_OF_THE_REMOVAL = Duration.ofMillis(1_500);

    @Test
    void sigterm_underLoad_losesNoRequest_andNoTask() throws Exception {
        try (RealStores stores = RealStores.start();
                ServiceProcess service = stores.launcher(OrdersApplication.class)
                        .environment("EBBTIDE_LAME_DUCK", "3s") // clients that keep their connections use all of it
                        .start()) {
            int port = Integer.parseInt(
                    service.awaitLine("Tomcat started on port (\\d+)", SOON).group(1));
            service.awaitLine("'orders' is RUNNING", SOON);
            StrictLoad load = StrictLoad.start(port, CLIENTS, ShutdownIT::mix);
            Awaitility.await().atMost(SOON).until(() -> load.answered() > BEFORE_THE_SIGNAL);

            load.stopAfter(LEARN_OF_THE_REMOVAL); // before the signal, because sending it takes a moment
            service.signal("TERM");
            LoadResult result = load.await(SOON);
            ServiceProcess.Exit exit = service.awaitExit(SOON);

            System.out.printf(
                    "SIGTERM: sent %d, answered %d, lost %d, exit code %d after %d ms%n",
                    result.sent(),
                    result.answered(),
                    result.lost().size(),
                    exit.code(),
                    exit.sinceSignal().toMillis());
            assertThat(result.lost()).isEmpty();
            assertThat(result.answered()).isEqualTo(result.sent());
            assertThat(exit.code()).as(service.output()).isZero();
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
            assertThat(service.report().get("late").get("count").asLong()).isPositive();
            assertThat(stores.orders("true"))
                    .as("acknowledged orders")
                    .isEqualTo(result.statuses().get(201));
            assertThat(stores.orders("confirmed IS NULL"))
                    .as("orders whose task was lost")
                    .isZero();
        }
    }

    /** Half of the requests create an order; the others read early ones, some of which do not exist. */
    private static WireRequest mix(long number) {
        return number % 2 == 0
                ? new WireRequest("POST", "/orders", "{\"item\":\"tea\",\"quantity\":2}")
                : WireRequest.get("/orders/" + (1 + number % 97));
    }
}
