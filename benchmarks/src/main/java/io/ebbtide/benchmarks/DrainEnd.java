package io.ebbtide.benchmarks;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.undertow.UndertowSource;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.PathHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** When a drain ends: because a request finishes in time, at the deadline, or although a request is blocked in exit. */
final class DrainEnd {
    private static final int RUNS = 7;
    private static final Duration DRAIN = Duration.ofSeconds(2);
    private static final Duration SAVED_BEFORE_THE_END = Duration.ofMillis(500);
    private static final Duration AFTER_THE_ABORT = Duration.ofSeconds(1);
    private static final Duration LONG_DRAIN = Duration.ofSeconds(8);
    private static final Duration OTHER_REQUEST = Duration.ofMillis(1_500);
    private static final Duration AFTER_THE_OTHER_REQUEST = Duration.ofSeconds(1);

    private DrainEnd() {}

    /** The first argument is the drain. */
    static final class Service {
        public static void main(String[] arguments) {
            var work = new WorkHandler();
            var handler = new PathHandler(exchange -> {
                        if (exchange.isInIoThread()) {
                            System.out.println("begun " + exchange.getRequestPath());
                        }
                        work.handleRequest(exchange);
                    })
                    .addExactPath("/exit", new BlockingHandler(exchange -> System.exit(4)))
                    .addExactPath("/long", new BlockingHandler(Service::saveInTime));
            var source = UndertowSource.http(0, handler).workerThreads(4);
            Ebbtide.builder("drain")
                    .serve(source)
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .settings(Settings.derived()
                            .withGrace(Duration.ofSeconds(20))
                            .withLameDuck(Duration.ZERO)
                            .withDrain(Duration.parse(arguments[0])))
                    .build()
                    .run();
        }

        /** Works until shortly before its deadline. */
        private static void saveInTime(HttpServerExchange exchange) throws InterruptedException {
            System.out.println("begun /long");
            Ticket ticket = UndertowSource.ticket(exchange);
            int steps = 0;
            while (ticket.remaining().compareTo(SAVED_BEFORE_THE_END) > 0) {
                steps += new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS) ? 0 : 1;
            }
            exchange.getResponseSender().send("saved after step " + steps);
        }
    }

    static void measure(Results results) {
        results.repeat(
                "SIGTERM to exit, request saves itself 0.5 s before the drain's 2 s are over",
                RUNS,
                Bound.below(DRAIN),
                () -> signalDuring("/long", Set.of(0, 81)));
        results.repeat(
                "SIGTERM to exit, request aborted after the drain's 2 s",
                RUNS,
                Bound.below(DRAIN.plus(AFTER_THE_ABORT)),
                () -> signalDuring("/work/60000", Set.of(81)));
        results.repeat(
                "shutdown, exit called by a handler, another request takes 1.5 s",
                RUNS,
                Bound.below(OTHER_REQUEST.plus(AFTER_THE_OTHER_REQUEST)),
                DrainEnd::exitInHandler);
    }

    /** A request that did not finish in time (exit code 81) counts as a long duration, not as a failed measurement. */
    private static Duration signalDuring(String path, Set<Integer> codes) throws Exception {
        try (ServiceProcess service = start(DRAIN);
                WireConnection client = begin(service, path)) {
            service.signal("TERM");
            return SignalledExit.awaitExit(service, codes);
        }
    }

    private static Duration exitInHandler() throws Exception {
        try (ServiceProcess service = start(LONG_DRAIN);
                WireConnection working = begin(service, "/work/" + OTHER_REQUEST.toMillis());
                WireConnection exiting = WireConnection.open(service.awaitPort(), SignalledExit.HANG)) {
            exiting.send("POST /exit HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            working.read(false);
            SignalledExit.awaitExit(service, Set.of(4));
            return Duration.ofMillis(service.report().get("tookMillis").asLong());
        }
    }

    private static ServiceProcess start(Duration drain) throws InterruptedException {
        ServiceProcess service =
                JavaLauncher.of(Service.class).arguments(drain.toString()).start();
        try {
            service.awaitLine("'drain' is RUNNING", SignalledExit.HANG);
            return service;
        } catch (InterruptedException | RuntimeException e) {
            service.close();
            throw e;
        }
    }

    private static WireConnection begin(ServiceProcess service, String path) throws IOException, InterruptedException {
        WireConnection client = WireConnection.open(service.awaitPort(), SignalledExit.HANG);
        try {
            client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
            service.awaitLine("begun " + path, SignalledExit.HANG);
            return client;
        } catch (IOException | InterruptedException | RuntimeException e) {
            client.close();
            throw e;
        }
    }
}
