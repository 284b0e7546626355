package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.health.Hold;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireRequest;
import io.undertow.Undertow;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A real HAProxy asks how a service is, and sends it what its clients want. */
@Execution(ExecutionMode.CONCURRENT) // with other classes: it mostly waits
@Tag("extended")
final class HaProxyIT {
    private static final Duration SOON = Duration.ofMinutes(4);
    private static final int CLIENTS = 16;

    private static final int MAX_RUNS = 3;

    /** The ways of asking that HAProxy's manual shows; the first sends OPTIONS in HTTP/1.0, without a Host. */
    private static final Map<String, String> WAYS = new TreeMap<>(Map.of(
            "plain", "option httpchk /health/ready",
            "get", "option httpchk GET /health/ready",
            "head", "option httpchk HEAD /health/ready",
            "http11", "option httpchk\n    http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host orders",
            "kept", """
            option httpchk
                http-check connect proto h1
                http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host orders hdr Connection keep-alive
                http-check expect status 200"""));

    @BeforeAll
    static void isInstalled() {
        assumeTrue(RealHaProxy.isInstalled(), "HAProxy is not installed (.ci/steps installs it)");
    }

    /** The lame duck ends when HAProxy sends nothing more, or after two minutes, which only a broken service or a machine that stands still needs. */
    static final class Service {
        public static void main(String[] arguments) {
            var listener = Undertow.builder().addHttpListener(0, "127.0.0.1");
            var source = UndertowSource.of(listener, new TimedHandler()).workerThreads(2 * CLIENTS);
            Ebbtide.builder("orders")
                    .serve(source)
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .settings(
                            Settings.derived().withGrace(Duration.ofMinutes(5)).withLameDuck(Duration.ofMinutes(2)))
                    .run();
        }
    }

    @Test
    void eachWayOfAsking_isUp_andDownWhileTheServiceIsHeld() throws Exception {
        var listener = Undertow.builder().addHttpListener(0, "127.0.0.1");
        var source = UndertowSource.of(listener, new TimedHandler());
        try (Ebbtide service =
                Ebbtide.builder("orders").serve(source).management(0).build().start()) {
            var sections = new StringBuilder();
            WAYS.forEach(
                    (name, way) -> sections.append("""
                    backend %s
                        %s
                        server application 127.0.0.1:%d check inter 200ms fall 1 rise 1
                        server management 127.0.0.1:%d check inter 200ms fall 1 rise 1
                    """.formatted(name, way, source.port(), service.managementPort())));
            try (RealHaProxy proxy = RealHaProxy.start(sections.toString())) {
                awaitAll(proxy, "UP");
                try (Hold hold = service.hold("maintenance")) {
                    assertThat(hold).isNotNull();
                    awaitAll(proxy, "DOWN");
                }
                awaitAll(proxy, "UP");
            }
        }
    }

    private static void awaitAll(RealHaProxy proxy, String state) {
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(proxy.states())
                        .hasSize(2 * WAYS.size())
                        .allSatisfy((server, now) -> assertThat(now).as(server).isEqualTo(state)));
    }

    /** The configuration that docs/operate/gateways-and-ingress.md recommends. */
    @Test
    void rollout_losesNothing_andTheLameDuckEndsOnceHaProxyHasLearned() throws Exception {
        int run = 1;
        while (!rollout()) {
            assertThat(run)
                    .as("runs in which the instance that stays was down, too")
                    .isLessThan(MAX_RUNS);
            run++;
        }
    }

    /** Returns false if this machine was so busy that the instance that stays did not answer HAProxy's health check within a second. */
    private static boolean rollout() throws Exception {
        try (ServiceProcess stopping = JavaLauncher.of(Service.class).start();
                ServiceProcess staying = JavaLauncher.of(Service.class).start()) {
            int port = RealHaProxy.freePort();
            try (RealHaProxy proxy = RealHaProxy.start(recommended(port, stopping.awaitPort(), staying.awaitPort()))) {
                Awaitility.await()
                        .atMost(SOON)
                        .until(() -> proxy.states().values().stream().allMatch(state -> state.equals("UP")));
                StrictLoad load =
                        StrictLoad.start(port, CLIENTS, 20, number -> WireRequest.get("/work/" + number % 30));
                // of too few requests no silence proves anything, and a busy machine may have had this instance out of
                // rotation
                Awaitility.await().atMost(SOON).until(() -> proxy.requests("orders/a") > 250);

                stopping.signal("TERM");
                ServiceProcess.Exit exit = stopping.awaitExit(SOON);
                long atExit = load.answered();
                Awaitility.await().atMost(SOON).until(() -> load.answered() > atExit + 200);
                load.stop();
                LoadResult result = load.await(SOON);

                System.out.printf(
                        "HAProxy: sent %d, lost %d, late %s, exit after %d ms%n",
                        result.sent(),
                        result.lost().size(),
                        stopping.report().get("late").get("count"),
                        exit.sinceSignal().toMillis());
                if (proxy.timesDown("orders/b") > 0) {
                    return false;
                }
                assertThat(result.lost()).isEmpty();
                assertThat(result.answered()).isEqualTo(result.sent());
                assertThat(exit.code()).isZero();
                assertThat(stopping.report().get("outcome").asText()).isEqualTo("CLEAN");
                assertThat(stopping.report().get("lameDuck").get("ended").asText())
                        .as("the report: %s", stopping.report())
                        .isEqualTo("QUIET");
                return true;
            }
        }
    }

    private static String recommended(int port, int first, int second) throws IOException {
        return """
                frontend in
                    bind 127.0.0.1:%d
                    default_backend orders
                backend orders
                    option httpchk
                    http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host orders
                    http-check expect status 200
                    option redispatch
                    retries 2
                    default-server check inter 1s fall 1 rise 2
                    server a 127.0.0.1:%d
                    server b 127.0.0.1:%d
                """.formatted(port, first, second);
    }
}
