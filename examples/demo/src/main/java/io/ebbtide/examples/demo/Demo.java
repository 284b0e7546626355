package io.ebbtide.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.examples.orders.OrdersService;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What {@code mvn -q -Pdemo} shows: the service starts and receives load, then SIGTERM, and shuts down under the load. */
final class Demo {
    private static final int CLIENTS = 64;
    private static final Duration LOAD = Duration.ofSeconds(5);
    private static final Duration LEARNS_OF_THE_REMOVAL = Duration.ofMillis(1_500);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private final long startNanos = System.nanoTime();

    private Demo() {}

    public static void main(String[] arguments) throws Exception {
        System.exit(new Demo().run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        say("starting orders-service in a JVM of its own, on free ports");
        try (ServiceProcess service = JavaLauncher.of(OrdersService.class)
                .environment("ORDERS_PORT", "0")
                .environment("EBBTIDE_MANAGEMENT_PORT", "0")
                .environment("EBBTIDE_GRACE", "15s")
                .start()) {
            int port = service.awaitPort();
            int management = Integer.parseInt(service.awaitLine("answers probes at http://127.0.0.1:(\\d+)/", PATIENCE)
                    .group(1));
            say("it listens on port %d and answers probes on port %d".formatted(port, management));
            probe(management);

            say("%d clients keep their connections alive, send orders, read them, and never retry".formatted(CLIENTS));
            StrictLoad load = StrictLoad.start(port, CLIENTS, Demo::request);
            watch(load, LOAD);

            say("SIGTERM to process %d, under load".formatted(service.pid()));
            load.stopAfter(LEARNS_OF_THE_REMOVAL);
            service.signal("TERM");
            service.awaitLine("'orders' is LAME_DUCK", PATIENCE);
            probe(management);
            say("the clients notice the removal after 1.5 s, as behind a balancer, and send requests until then");
            while (service.isAlive()) {
                watch(load, Duration.ofMillis(500));
            }
            LoadResult result = load.await(PATIENCE);
            ServiceProcess.Exit exit = service.awaitExit(PATIENCE);
            return summary(result, exit, service.report());
        }
    }

    /** Mostly quick, some slow; a third of them orders. */
    private static WireRequest request(long number) {
        int delay = number % 100 == 50 ? 3_000 : number % 11 == 0 ? 200 : 20;
        return number % 3 == 0
                ? WireRequest.post("/orders?delayMs=" + delay, "{\"item\":\"tide table\",\"quantity\":1}")
                : WireRequest.get("/orders?limit=5&delayMs=" + delay);
    }

    private void watch(StrictLoad load, Duration howLong) throws InterruptedException {
        long end = System.nanoTime() + howLong.toNanos();
        do {
            NEVER.await(500, TimeUnit.MILLISECONDS);
            say("  sent %,7d   answered %,7d   lost %d".formatted(load.sent(), load.answered(), load.lost()));
        } while (System.nanoTime() < end);
    }

    private void probe(int port) throws IOException {
        for (String probe : new String[] {"startup", "live", "ready"}) {
            var response = WireConnection.get(port, "/health/" + probe);
            say("  %-16s %d %s".formatted("/health/" + probe, response.status(), response.body()));
        }
    }

    private boolean summary(LoadResult result, ServiceProcess.Exit exit, JsonNode report) {
        long lost = result.lost().size();
        boolean good = lost == 0 && exit.code() == 0;
        System.out.println();
        System.out.println("  requests sent       %,8d".formatted(result.sent()));
        System.out.println("  requests answered   %,8d".formatted(result.answered()));
        System.out.println("  requests lost       %,8d".formatted(lost));
        result.lost().stream().limit(5).forEach(reason -> System.out.println("      " + reason));
        System.out.println("  late requests       %,8d   served after SIGTERM, the latest %.1f s after it"
                .formatted(
                        report.at("/late/count").asLong(),
                        report.at("/late/latestMillis").asLong() / 1_000.0));
        System.out.println("  in flight at SIGTERM%,8d"
                .formatted(report.get("inFlightAtSignal").asLong()));
        System.out.println("  SIGTERM to exit     %8.1f s  lame duck %.1f s, drain %.1f s, stop %.2f s"
                .formatted(
                        exit.sinceSignal().toMillis() / 1_000.0,
                        report.at("/stateMillis/LAME_DUCK").asLong() / 1_000.0,
                        report.at("/stateMillis/DRAINING").asLong() / 1_000.0,
                        report.at("/stateMillis/STOPPING").asLong() / 1_000.0));
        System.out.println("  exit code           %8d   %s"
                .formatted(exit.code(), report.get("outcome").asText()));
        System.out.println();
        System.out.println("  the report: " + report);
        System.out.println();
        System.out.println("  " + conclusion(lost, exit.code()));
        return good;
    }

    private static String conclusion(long lost, int exitCode) {
        if (lost > 0) {
            return "REQUESTS WERE LOST: see above.";
        }
        return exitCode == 0
                ? "The service has shut down and lost nothing."
                : "No request was lost, but the shutdown was not clean: see the report.";
    }

    private void say(String text) {
        System.out.println("%5.1f s  %s".formatted((System.nanoTime() - startNanos) / 1e9, text));
    }
}
