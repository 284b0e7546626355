package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.PathHandler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** How a process with an Undertow in it leaves, seen from outside. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
final class LeavingIT {
    private static final Duration SOON = Duration.ofSeconds(15);

    /** The first argument is the lame duck, the second the drain, the third whether its start never ends. */
    static final class Service {
        public static void main(String[] arguments) {
            var timed = new TimedHandler();
            var handler = new PathHandler(exchange -> {
                        System.out.println("begun " + exchange.getRequestPath());
                        timed.handleRequest(exchange);
                    })
                    .addExactPath("/exit", new BlockingHandler(exchange -> System.exit(4)))
                    .addExactPath("/long", new BlockingHandler(Service::exportInSteps));
            var source = UndertowSource.http(0, handler).workerThreads(4);
            Ebbtide.builder("leaving")
                    .serve(source)
                    .startupTask("tell the port", () -> System.out.println("port=" + source.port()))
                    .startupTask("warm up", () -> {
                        if (arguments[2].equals("forever")) {
                            new CountDownLatch(1).await();
                        }
                    })
                    .settings(Settings.derived()
                            .withGrace(Duration.ofSeconds(20))
                            .withLameDuck(Duration.parse(arguments[0]))
                            .withDrain(Duration.parse(arguments[1])))
                    .build()
                    .run();
        }

        /** Works until the time for it is nearly over, then says how far it came. */
        private static void exportInSteps(HttpServerExchange exchange) throws InterruptedException {
            System.out.println("begun /long");
            Ticket ticket = UndertowSource.ticket(exchange);
            int steps = 0;
            while (ticket.remaining().compareTo(Duration.ofMillis(500)) > 0) {
                new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
                steps++;
            }
            exchange.getResponseSender().send("saved after step " + steps);
        }
    }

    @Test
    void handlerThatLooksAtItsTime_savesItselfBeforeItIsCut() throws Exception {
        try (ServiceProcess service = start("PT0S", "PT2S", "no");
                WireConnection client = WireConnection.open(service.awaitPort(), SOON)) {
            service.awaitLine("'leaving' is RUNNING", SOON);
            client.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
            service.awaitLine("begun /long", SOON);
            service.signal("TERM");

            assertThat(client.read(false).body()).startsWith("saved after step ");
            ServiceProcess.Exit exit = service.awaitExit(SOON);
            assertThat(exit.code()).isZero();
            assertThat(exit.sinceSignal()).isBetween(Duration.ofMillis(1_400), Duration.ofSeconds(4));
        }
    }

    @Test
    void readinessThatStays_holdsWhileEverythingIsServed_andFailsInTheDrain() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Service.class)
                .arguments("PT1.5S", "PT5S", "no")
                .environment("EBBTIDE_LAME_DUCK_READINESS", "stay")
                .environment("EBBTIDE_LAME_DUCK_POLICY", "fixed")
                .start()) {
            int port = service.awaitPort();
            service.awaitLine("'leaving' is RUNNING", SOON);
            try (WireConnection kept = WireConnection.open(port, SOON);
                    WireConnection held = WireConnection.open(port, SOON)) {
                kept.exchange("GET", "/work/10");
                held.send("GET /work/3000 HTTP/1.1\r\nHost: a\r\n\r\n");
                service.signal("TERM");
                service.awaitLine("'leaving' is LAME_DUCK", SOON);
                assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(200);
                service.awaitLine("'leaving' is DRAINING", SOON);

                assertThat(kept.exchange("GET", "/health/ready").status()).isEqualTo(503);
                held.read(false);
            }
            assertThat(service.awaitExit(SOON).code()).isZero();
        }
    }

    /** A request on a kept connection comes in the drain: whoever sent it had not left when the lame duck ended. */
    @Test
    void requestAfterTheLameDuck_isServed_andTheReportAdvisesALongerOne() throws Exception {
        try (ServiceProcess service = start("PT0.5S", "PT8S", "no")) {
            int port = service.awaitPort();
            service.awaitLine("'leaving' is RUNNING", SOON);
            try (WireConnection kept = WireConnection.open(port, SOON);
                    WireConnection held = WireConnection.open(port, SOON)) {
                kept.exchange("GET", "/work/10");
                held.send("GET /work/3000 HTTP/1.1\r\nHost: a\r\n\r\n");
                service.awaitLine("begun /work/3000", SOON);
                service.signal("TERM");
                service.awaitLine("'leaving' is DRAINING", SOON);
                assertThat(kept.exchange("GET", "/work/500").status()).isEqualTo(200);
                assertThat(held.read(false).status()).isEqualTo(200);
            }

            assertThat(service.awaitExit(SOON).code()).isZero();
            JsonNode report = service.report();
            assertThat(report.get("late").get("count").asInt()).isEqualTo(1);
            assertThat(report.get("late").get("newConnections").asInt()).isZero();
            assertThat(report.get("late").get("peers").get(0).get("peer").asText())
                    .isEqualTo("127.0.0.1");
            assertThat(report.get("late").get("latestMillis").asLong()).isGreaterThanOrEqualTo(500);
            assertThat(report.get("advice").get(0).asText())
                    .matches("the last new request came \\d\\.\\d s after the signal; lame duck ended at \\d\\.\\d s;"
                            + " raise EBBTIDE_LAME_DUCK to at least \\d s, .*");
            assertThat(service.output()).contains("WARN");
        }
    }

    @Test
    void lameDuck_failsReadinessAlone_andServesNewConnections() throws Exception {
        try (ServiceProcess service = start("PT5S", "PT5S", "no")) {
            int port = service.awaitPort();
            service.awaitLine("'leaving' is RUNNING", SOON);
            assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(200);
            service.signal("TERM");
            service.awaitLine("'leaving' is LAME_DUCK", SOON);

            assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(503);
            assertThat(WireConnection.get(port, "/health/live").status()).isEqualTo(200);
            WireResponse late = WireConnection.get(port, "/work/10");
            assertThat(late.body()).isEqualTo("worked 10 ms");
            assertThat(late.closes()).isTrue();
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            JsonNode lateTraffic = service.report().get("late");
            assertThat(lateTraffic.get("count").asInt()).isEqualTo(1);
            assertThat(lateTraffic.get("refused").asInt()).isZero();
        }
    }

    @Test
    void requestThatTakesTooLong_isCutAtTheDeadline_andNamedWithItsStack() throws Exception {
        try (ServiceProcess service = start("PT0S", "PT2S", "no");
                WireConnection client = WireConnection.open(service.awaitPort(), SOON)) {
            service.awaitLine("'leaving' is RUNNING", SOON);
            client.send("GET /work/60000?token=secret HTTP/1.1\r\nHost: a\r\n\r\n");
            service.awaitLine("begun /work/60000", SOON);
            service.signal("TERM");

            ServiceProcess.Exit exit = service.awaitExit(SOON);

            assertThat(exit.code()).isEqualTo(81);
            assertThat(exit.sinceSignal()).isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(6));
            JsonNode cut = service.report().get("cut").get(0);
            assertThat(cut.get("description").asText()).isEqualTo("GET /work/60000");
            assertThat(cut.get("thread").asText()).contains("task-");
            assertThat(cut.get("stack").toString()).contains("io.ebbtide.undertow.TimedHandler.handleRequest");
            assertThat(service.output()).doesNotContain("secret");
        }
    }

    @Test
    void sigterm_duringStartUp_finishesTheRequestInFlight() throws Exception {
        try (ServiceProcess service = start("PT5S", "PT8S", "forever");
                WireConnection client = WireConnection.open(service.awaitPort(), SOON)) {
            assertThat(WireConnection.get(service.awaitPort(), "/health/startup")
                            .status())
                    .isEqualTo(503);
            client.send("GET /work/1500 HTTP/1.1\r\nHost: a\r\n\r\n");
            service.awaitLine("begun /work/1500", SOON);
            service.signal("TERM");

            assertThat(client.read(false).body()).isEqualTo("worked 1500 ms");
            assertThat(service.awaitExit(SOON).code()).isZero();
            JsonNode report = service.report();
            assertThat(report.get("inFlightFinished").asInt()).isEqualTo(1);
            assertThat(report.get("stateMillis").has("RUNNING")).isFalse();
        }
    }

    @Test
    void exit_calledInAHandler_isNotWaitedFor_butOtherRequestsAre() throws Exception {
        try (ServiceProcess service = start("PT0S", "PT8S", "no");
                WireConnection working = WireConnection.open(service.awaitPort(), SOON);
                WireConnection exiting = WireConnection.open(service.awaitPort(), SOON)) {
            service.awaitLine("'leaving' is RUNNING", SOON);
            working.send("GET /work/1500 HTTP/1.1\r\nHost: a\r\n\r\n");
            service.awaitLine("begun /work/1500", SOON);
            exiting.send("POST /exit HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

            assertThat(working.read(false).body()).isEqualTo("worked 1500 ms");
            assertThat(service.awaitExit(SOON).code()).isEqualTo(4);
            assertThat(service.output()).contains("does not wait for POST /exit");
            assertThat(service.report().get("tookMillis").asLong()).isLessThan(6_000);
        }
    }

    private static ServiceProcess start(String lameDuck, String drain, String warmUp) {
        return JavaLauncher.of(Service.class).arguments(lameDuck, drain, warmUp).start();
    }
}
