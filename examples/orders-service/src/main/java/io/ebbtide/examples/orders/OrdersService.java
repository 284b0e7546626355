package io.ebbtide.examples.orders;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.health.Check;
import io.ebbtide.metrics.MeterRules;
import io.ebbtide.undertow.UndertowSource;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.Map;

/**
 * Accepts orders on the port in {@code ORDERS_PORT}, 8080 unless set; answers probes and metrics on 8558. {@link Stores}
 * describes where the orders are stored. With {@code ORDERS_METRICS=off} it has no metrics.
 */
public final class OrdersService {
    private static final int WORKERS = 64;

    private OrdersService() {}

    public static void main(String[] arguments) {
        in(System.getenv()).run();
    }

    /** The service as configured by environment variables. */
    public static EbbtideBuilder in(Map<String, String> environment) {
        int port = Integer.parseInt(environment.getOrDefault("ORDERS_PORT", "8080"));
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        EbbtideBuilder service = Ebbtide.builder("orders");
        OrderStore store = Stores.addTo(service, environment, registry);
        var http = UndertowSource.http(port, OrdersApi.handler(store)).workerThreads(WORKERS);

        service.liveness("deadlock", Check.deadlock())
                .readiness("disk", Check.diskSpace(Path.of("."), 10_000_000))
                .serve(http)
                .startupTask("prepare the store", store::prepare)
                .startupTask("print the port", () -> System.out.println("orders-service listens, port=" + http.port()))
                .management();
        if (!environment.getOrDefault("ORDERS_METRICS", "on").equals("off")) {
            service.metrics(registry, MeterRules.defaults().withInFlightLimit(WORKERS))
                    .scrape(registry::scrape);
        }
        return service;
    }
}
