package io.ebbtide.benchmarks;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.undertow.UndertowSource;
import io.undertow.server.handlers.BlockingHandler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The time from the last answer of a draining service to the end of its process. */
final class ExitLatency {
    private static final int RUNS = 21;
    private static final Duration BOUND = Duration.ofMillis(60);
    private static final Duration SOON = Duration.ofSeconds(20);

    private ExitLatency() {}

    /** Answers after half a second. */
    static final class Service {
        private static final CountDownLatch NEVER = new CountDownLatch(1);

        public static void main(String[] arguments) {
            var source = UndertowSource.http(0, new BlockingHandler(exchange -> {
                System.out.println("begun");
                boolean never = NEVER.await(500, TimeUnit.MILLISECONDS);
                exchange.getResponseSender().send(never ? "never" : "done");
            }));
            Ebbtide.builder("exit")
                    .serve(source)
                    .component("pool", () -> {})
                    .management(0)
                    .settings(Settings.derived().withLameDuck(Duration.ZERO).withManagementPort(0))
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .build()
                    .run();
        }
    }

    static void measure(Results results) {
        results.repeat("last answer to the end of the process", RUNS, Bound.below(BOUND), ExitLatency::once);
    }

    private static Duration once() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Service.class).start();
                WireConnection client = WireConnection.open(service.awaitPort(), SOON)) {
            service.awaitLine("'exit' is RUNNING", SOON);
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            service.awaitLine("begun", SOON);
            service.signal("TERM");
            client.read(false);
            long answered = System.nanoTime();
            service.awaitExit(SOON);
            return Duration.ofNanos(System.nanoTime() - answered);
        }
    }
}
