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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** How a process with an Undertow in it shuts down, seen from outside. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
final class LameDuckIT {
    /** For events that take milliseconds at rest: only a broken service takes longer. */
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Of a lame duck that a second signal ends, or of a drain that the end of its requests ends: never used up. */
    private static final String AMPLE = "PT2M";

    private static final String HELD = "GET /held HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Pattern SAVED = Pattern.compile("saved after step \\d+ with (PT[^ ]+) remaining");

    /** The first argument is the lame duck, the second the drain, the third whether its start never ends. */
    static final class Service {
        public static void main(String[] arguments) {
            var handler = new PathHandler(new HoldingHandler())
                    .addExactPath("/exit", new BlockingHandler(exchange -> System.exit(4)))
                    .addExactPath("/long", new BlockingHandler(Service::exportInSteps));
            var source = UndertowSource.http(0, handler).workerThreads(4);
            Ebbtide.builder("lame-duck")
                    .serve(source)
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .startupTask("warm up", () -> {
                        if (arguments[2].equals("forever")) {
                            new CountDownLatch(1).await();
                        }
                    })
                    .settings(Settings.derived()
                            .withGrace(Duration.ofMinutes(5))
                            .withLameDuck(Duration.parse(arguments[0]))
                            .withDrain(Duration.parse(arguments[1])))
                    .build()
                    .run();
        }

        /** Works until half a second of its time is over, then says how far it came and how much time remains. */
        private static void exportInSteps(HttpServerExchange exchange) throws InterruptedException {
            System.out.println("begun /long");
            Ticket ticket = UndertowSource.ticket(exchange);
            Duration enough = Duration.parse(AMPLE).minusMillis(500);
            int steps = 0;
            while (ticket.remaining().compareTo(enough) > 0) {
                new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
                steps++;
            }
            exchange.getResponseSender()
                    .send("saved after step %d with %s remaining".formatted(steps, ticket.remaining()));
        }
    }

    @Test
    void handlerThatPollsItsTime_savesItselfBeforeItIsCut() throws Exception {
        try (ServiceProcess service = start("PT0S", AMPLE, "no");
                WireConnection client = WireConnection.open(service.awaitPort(), SOON)) {
            service.awaitLine("'lame-duck' is RUNNING", SOON);
            client.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
            service.awaitLine("begun /long", SOON);
            service.signal("TERM");

            Matcher saved = SAVED.matcher(client.read(false).body());
            ServiceProcess.Exit exit = service.awaitExit(SOON);

            assertThat(saved.matches()).as("saved").isTrue();
            assertThat(exit.code()).isZero();
            assertThat(exit.sinceSignal())
                    .as("time since the signal, with that which remained at least the whole drain")
                    .isGreaterThanOrEqualTo(Duration.parse(AMPLE).minus(Duration.parse(saved.group(1))));
            assertThat(service.report().get("inFlightFinished").asInt()).isEqualTo(1);
            assertThat(service.report().get("inFlightCut").asInt()).isZero();
        }
    }

    @Test
    void readinessThatStays_holdsWhileEverythingIsServed_andFailsInTheDrain() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Service.class)
                .arguments(AMPLE, AMPLE, "no")
                .environment("EBBTIDE_LAME_DUCK_READINESS", "stay")
                .environment("EBBTIDE_LAME_DUCK_POLICY", "fixed")
                .start()) {
            int port = service.awaitPort();
            service.awaitLine("'lame-duck' is RUNNING", SOON);
            try (WireConnection kept = WireConnection.open(port, SOON);
                    WireConnection releasing = WireConnection.open(port, SOON);
                    WireConnection held = WireConnection.open(port, SOON)) {
                kept.exchange("GET", "/work/10");
                releasing.exchange("GET", "/work/10");
                held.send(HELD);
                service.awaitLine("begun /held", SOON);
                service.signal("TERM");
                service.awaitLine("'lame-duck' is LAME_DUCK", SOON);
                assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(200);
                service.signalUntil("TERM", "'lame-duck' is DRAINING", SOON); // ends the lame duck

                assertThat(kept.exchange("GET", "/health/ready").status()).isEqualTo(503);
                releasing.exchange("GET", "/release");
                assertThat(held.read(false).body()).isEqualTo("held");
            }
            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("lameDuck").get("ended").asText())
                    .as("ended by the second signal, not before")
                    .isEqualTo("SKIPPED");
        }
    }

    /** A request on a kept connection comes in the drain: its client had not learnt of the shutdown by the end of the lame duck. */
    @Test
    void requestAfterTheLameDuck_isServed_andTheReportAdvisesALongerOne() throws Exception {
        try (ServiceProcess service = start("PT0.5S", AMPLE, "no")) {
            int port = service.awaitPort();
            service.awaitLine("'lame-duck' is RUNNING", SOON);
            try (WireConnection kept = WireConnection.open(port, SOON);
                    WireConnection held = WireConnection.open(port, SOON)) {
                kept.exchange("GET", "/work/10");
                held.send(HELD);
                service.awaitLine("begun /held", SOON);
                service.signal("TERM");
                service.awaitLine("'lame-duck' is DRAINING", SOON);
                assertThat(kept.exchange("GET", "/release").body()).isEqualTo("released");
                assertThat(held.read(false).body()).isEqualTo("held");
            }

            assertThat(service.awaitExit(SOON).code()).isZero();
            JsonNode report = service.report();
            assertThat(report.get("inFlightFinished").asInt()).isEqualTo(2);
            assertThat(report.get("stateMillis").has("LAME_DUCK")).isTrue();
            assertThat(report.get("late").get("count").asInt()).isEqualTo(1);
            assertThat(report.get("late").get("newConnections").asInt()).isZero();
            assertThat(report.get("late").get("peers").get(0).get("peer").asText())
                    .isEqualTo("127.0.0.1");
            assertThat(report.get("late").get("latestMillis").asLong()).isGreaterThanOrEqualTo(500);
            assertThat(report.get("advice").get(0).asText())
                    .matches("the last new request came \\d+\\.\\d s after the signal; lame duck ended at \\d+\\.\\d s;"
                            + " raise EBBTIDE_LAME_DUCK to at least \\d+ s, .*");
            assertThat(service.output()).contains("WARN");
        }
    }

    @Test
    void lameDuck_failsReadinessAlone_andServesNewConnections() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Service.class)
                .arguments(AMPLE, AMPLE, "no")
                .environment("EBBTIDE_LAME_DUCK_POLICY", "fixed")
                .start()) {
            int port = service.awaitPort();
            service.awaitLine("'lame-duck' is RUNNING", SOON);
            assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(200);
            service.signal("TERM");
            service.awaitLine("'lame-duck' is LAME_DUCK", SOON);

            assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(503);
            assertThat(WireConnection.get(port, "/health/live").status()).isEqualTo(200);
            WireResponse late = WireConnection.get(port, "/work/10");
            assertThat(late.body()).isEqualTo("worked 10 ms");
            assertThat(late.closes()).isTrue();
            service.signalUntil("TERM", "'lame-duck' is DRAINING", SOON);

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("lameDuck").get("ended").asText())
                    .as("ended by the second signal, not before")
                    .isEqualTo("SKIPPED");
            JsonNode lateTraffic = service.report().get("late");
            assertThat(lateTraffic.get("count").asInt()).isEqualTo(1);
            assertThat(lateTraffic.get("refused").asInt()).isZero();
        }
    }

    @Test
    void requestThatTakesTooLong_isCutAtTheDeadline_andNamedWithItsStack() throws Exception {
        try (ServiceProcess service = start("PT0S", "PT1S", "no");
                WireConnection client = WireConnection.open(service.awaitPort(), SOON)) {
            service.awaitLine("'lame-duck' is RUNNING", SOON);
            client.send("GET /work/600000?token=secret HTTP/1.1\r\nHost: a\r\n\r\n");
            service.awaitLine("begun /work/600000", SOON);
            service.signal("TERM");

            ServiceProcess.Exit exit = service.awaitExit(SOON);

            assertThat(exit.code()).isEqualTo(81);
            assertThat(exit.sinceSignal()).as("the whole drain").isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            JsonNode cut = service.report().get("cut").get(0);
            assertThat(cut.get("description").asText()).isEqualTo("GET /work/600000");
            assertThat(cut.get("thread").asText()).contains("task-");
            assertThat(cut.get("stack").toString()).contains("io.ebbtide.undertow.TimedHandler.handleRequest");
            assertThat(service.output()).doesNotContain("secret");
        }
    }

    @Test
    void sigterm_duringStartUp_finishesTheRequestInFlight() throws Exception {
        try (ServiceProcess service = start(AMPLE, AMPLE, "forever");
                WireConnection kept = WireConnection.open(service.awaitPort(), SOON);
                WireConnection client = WireConnection.open(service.awaitPort(), SOON)) {
            assertThat(kept.exchange("GET", "/health/startup").status()).isEqualTo(503);
            client.send(HELD);
            service.awaitLine("begun /held", SOON);
            service.signal("TERM");
            service.awaitLine("'lame-duck' is DRAINING", SOON);
            kept.exchange("GET", "/release");

            assertThat(client.read(false).body()).isEqualTo("held");
            assertThat(service.awaitExit(SOON).code()).isZero();
            JsonNode report = service.report();
            assertThat(report.get("inFlightAtSignal").asInt()).isEqualTo(1);
            assertThat(report.get("inFlightFinished").asInt())
                    .as("that and the one which released it")
                    .isEqualTo(2);
            assertThat(report.get("stateMillis").has("RUNNING")).isFalse();
        }
    }

    @Test
    void exit_calledInAHandler_isNotWaitedFor_butOtherRequestsAre() throws Exception {
        try (ServiceProcess service = start("PT0S", AMPLE, "no");
                WireConnection kept = WireConnection.open(service.awaitPort(), SOON);
                WireConnection working = WireConnection.open(service.awaitPort(), SOON);
                WireConnection exiting = WireConnection.open(service.awaitPort(), SOON)) {
            service.awaitLine("'lame-duck' is RUNNING", SOON);
            kept.exchange("GET", "/work/10");
            working.send(HELD);
            service.awaitLine("begun /held", SOON);
            exiting.send("POST /exit HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            service.awaitLine("no longer waits for POST /exit", SOON);
            kept.exchange("GET", "/release");

            assertThat(working.read(false).body()).isEqualTo("held");
            assertThat(service.awaitExit(SOON).code()).isEqualTo(4);
            JsonNode report = service.report();
            assertThat(report.get("inFlightGivenUp").asInt()).isEqualTo(1);
            assertThat(report.get("inFlightCut").asInt()).isZero();
            assertThat(report.get("tookMillis").asLong())
                    .as("the drain's whole time would have been waited for")
                    .isLessThan(Duration.parse(AMPLE).toMillis());
        }
    }

    private static ServiceProcess start(String lameDuck, String drain, String warmUp) {
        return JavaLauncher.of(Service.class).arguments(lameDuck, drain, warmUp).start();
    }
}
