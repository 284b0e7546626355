package io.ebbtide.examples.orders;

import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.Hold;
import io.ebbtide.health.Outcome;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.metrics.MeterRules;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.undertow.UndertowSource;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Starts when asked to, can be held, and stops once it has been scraped, so that a scraper sees each of these. */
final class MeteredService {
    private static final CountDownLatch BEGIN = new CountDownLatch(1);
    private static final CountDownLatch NEVER = new CountDownLatch(1);
    private static final AtomicReference<Hold> HOLD = new AtomicReference<>();
    private static final Semaphore SCRAPES = new Semaphore(0);
    private static final int SCRAPES_TO_STOP = 4;

    private MeteredService() {}

    public static void main(String[] arguments) {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var service = new AtomicReference<Ebbtide>();
        HttpHandler handler = Handlers.routing()
                .get("/work/{id}", new BlockingHandler(exchange -> {
                    NEVER.await(20, TimeUnit.MILLISECONDS);
                    exchange.getResponseSender().send("done");
                }))
                .get("/begin", exchange -> BEGIN.countDown())
                .get("/hold", exchange -> HOLD.set(service.get().hold("for the test")))
                .get("/release", exchange -> HOLD.get().close());
        var http = UndertowSource.http(0, handler).workerThreads(16);
        service.set(Ebbtide.builder("metered")
                .component("slow to stop", MeteredService::awaitScrapes)
                .serve(http)
                .startupTask("print the port", () -> System.out.println("metered listens, port=" + http.port()))
                .startupTask("wait", BEGIN::await)
                .queue("imports", () -> 3)
                .management(0)
                .metrics(registry, MeterRules.defaults().withInFlightLimit(16))
                .scrape(type -> {
                    SCRAPES.release();
                    return registry.scrape(type);
                })
                .build());
        service.get().run();
    }

    /** One that began before this may lack what happened last, and one on a busy machine may be given up. */
    private static void awaitScrapes() throws InterruptedException {
        SCRAPES.drainPermits();
        SCRAPES.tryAcquire(SCRAPES_TO_STOP, 60, TimeUnit.SECONDS);
    }

    /** Services, one after the other, in one registry and on one port. */
    static final class Rounds {
        public static void main(String[] arguments) throws Exception {
            var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            var scrapes = new Semaphore(0);
            Ebbtide outer = Ebbtide.builder("outer")
                    .management(0)
                    .metrics(registry)
                    .scrape(type -> {
                        scrapes.release();
                        return registry.scrape(type);
                    })
                    .build()
                    .start();
            System.out.println("outer answers, port=" + outer.managementPort());
            scrapes.acquire(3);
            long max = 0;
            int port;
            try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
                try (Ebbtide round = Ebbtide.builder("rounds")
                        .serve(UndertowSource.http(
                                port, exchange -> exchange.getResponseSender().send("hello")))
                        .queue("imports", () -> 3)
                        .readiness("db", Check.of(Outcome::up))
                        .metrics(registry)
                        .build()
                        .start()) {
                    WireConnection.get(port, "/");
                    scrapes.drainPermits();
                    scrapes.acquire();
                    max = Math.max(max, seriesOf(round, registry));
                }
            }
            System.out.println("rounds are over, each had at most series=" + max);
            NEVER.await();
        }

        private static long seriesOf(Ebbtide service, PrometheusMeterRegistry registry) {
            if (service.state() != LifecycleState.RUNNING) {
                throw new IllegalStateException(service.state() + " (expected: RUNNING)");
            }
            return registry.scrape("application/openmetrics-text; version=1.0.0; charset=utf-8")
                    .lines()
                    .filter(line -> !line.startsWith("#") && line.contains("service=\"rounds\""))
                    .count();
        }
    }
}
