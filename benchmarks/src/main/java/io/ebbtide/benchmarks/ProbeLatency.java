package io.ebbtide.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.Ebbtide;
import io.ebbtide.jdbc.JdbcCheck;
import io.ebbtide.jdbc.RealPostgres;
import io.ebbtide.redis.RealRedis;
import io.ebbtide.redis.RedisCheck;
import io.ebbtide.redis.RedisComponent;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.undertow.UndertowSource;
import io.lettuce.core.RedisClient;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** How long a probe waits for its answer while the service has traffic and a dependency fails. */
final class ProbeLatency {
    private static final int PROBES = 1_000;
    private static final double PERCENTILE = 0.99;
    private static final int CLIENTS = 32;
    private static final Duration BETWEEN = Duration.ofMillis(5);
    private static final Duration BOUND = Duration.ofMillis(10);
    private static final Duration SOON = Duration.ofSeconds(30);

    private ProbeLatency() {}

    /** Queries the database for each request, with fewer workers than clients. */
    static final class Service {
        public static void main(String[] arguments) {
            var config = new HikariConfig();
            config.setJdbcUrl(arguments[0]);
            config.setConnectionTimeout(1_000);
            var pool = new HikariDataSource(config);
            RedisClient redis = RedisClient.create(arguments[1]);
            var source =
                    UndertowSource.http(0, new BlockingHandler(handler(pool))).workerThreads(CLIENTS / 2);
            Ebbtide.builder("probed")
                    .component("db", pool)
                    .component("redis", RedisComponent.closing(redis))
                    .readiness("db", JdbcCheck.of(pool).required().every(Duration.ofSeconds(1)))
                    .readiness("redis", RedisCheck.of(redis).every(Duration.ofSeconds(1)))
                    .serve(source)
                    .management(0)
                    .startupTask("print the port", () -> System.out.println("port=" + source.port()))
                    .build()
                    .run();
        }

        private static HttpHandler handler(HikariDataSource pool) {
            return exchange -> {
                try (var connection = pool.getConnection();
                        var statement = connection.createStatement()) {
                    statement.execute("SELECT pg_sleep(0.01)");
                } catch (SQLException e) {
                    exchange.setStatusCode(503);
                }
                exchange.getResponseSender().send("done");
            };
        }
    }

    @FunctionalInterface
    private interface Fault {
        void run();
    }

    static void measure(Results results) throws Exception {
        try (RealPostgres postgres = RealPostgres.start();
                RealRedis redis = RealRedis.start();
                ServiceProcess service = JavaLauncher.of(Service.class)
                        .arguments(postgres.jdbcUrl(), redis.uri())
                        .start()) {
            int management =
                    Integer.parseInt(service.awaitLine("answers probes at http://127.0.0.1:(\\d+)/health", SOON)
                            .group(1));
            int port = service.awaitPort();
            StrictLoad load = StrictLoad.start(port, CLIENTS, number -> WireRequest.get("/"));
            LockSupport.parkNanos(Duration.ofSeconds(5).toNanos()); // until the code is compiled

            measure(results, "nothing wrong", management, port, () -> {}, () -> {});
            measure(results, "PostgreSQL frozen", management, port, postgres::freeze, postgres::thaw);
            measure(results, "PostgreSQL killed", management, port, postgres::kill, postgres::restart);
            measure(results, "Redis frozen", management, port, redis::freeze, redis::thaw);
            measure(results, "Redis killed", management, port, redis::kill, redis::restart);
            load.stop();
            if (load.answered() == 0) {
                throw new IllegalStateException(
                        "load: 0 of %d requests answered (expected: some)".formatted(load.sent()));
            }
            service.signal("TERM");
            service.awaitExit(SOON);
        }
    }

    private static void measure(Results results, String what, int management, int port, Fault begin, Fault end) {
        results.attempt(what, () -> {
            begin.run();
            try {
                Sample own = times(results, what + ", probe at the management port, p99", management);
                Sample shared = times(results, what + ", probe at the application's port, p99", port);
                results.add(own.quantile(PERCENTILE, Bound.below(BOUND)));
                results.add(shared.quantile(PERCENTILE, null));
            } finally {
                end.run();
            }
        });
    }

    private static Sample times(Results results, String figure, int port) throws IOException {
        var times = new Sample(figure, Unit.MILLIS);
        try (WireConnection connection = WireConnection.open(port, SOON)) {
            for (int i = 0; i < results.runs(PROBES); i++) {
                results.progress(figure, i, results.runs(PROBES));
                long start = System.nanoTime();
                boolean live = i % 2 == 0;
                int status = connection
                        .exchange("GET", live ? "/health/live" : "/health/ready")
                        .status();
                times.add(Duration.ofNanos(System.nanoTime() - start));
                if (live && status != 200) {
                    throw new IllegalStateException("liveness: %d (expected: 200)".formatted(status));
                }
                LockSupport.parkNanos(BETWEEN.toNanos());
            }
        }
        return times;
    }
}
