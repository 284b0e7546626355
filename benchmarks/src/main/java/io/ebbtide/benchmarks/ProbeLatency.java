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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** How long a probe waits for its answer while the service has traffic and something is wrong with what it depends on. */
final class ProbeLatency {
    private static final int PROBES = 1_000;
    private static final int CLIENTS = 32;
    private static final Duration BETWEEN = Duration.ofMillis(5);
    private static final Duration BOUND = Duration.ofMillis(10);
    private static final Duration SOON = Duration.ofSeconds(30);

    private ProbeLatency() {}

    /** Asks the database for each request, with fewer workers than there are clients. */
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
                    .startupTask("tell the port", () -> System.out.println("port=" + source.port()))
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

    public static void main(String[] arguments) throws Exception {
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
            LockSupport.parkNanos(Duration.ofSeconds(5).toNanos()); // compiled

            var worst = new ArrayList<Duration>();
            worst.add(measure("nothing wrong", management, port, () -> {}, () -> {}));
            worst.add(measure("PostgreSQL frozen", management, port, postgres::freeze, postgres::thaw));
            worst.add(measure("PostgreSQL killed", management, port, postgres::kill, postgres::restart));
            worst.add(measure("Redis frozen", management, port, redis::freeze, redis::thaw));
            worst.add(measure("Redis killed", management, port, redis::kill, redis::restart));
            load.stopAfter(Duration.ZERO);
            service.signal("TERM");
            service.awaitExit(SOON);
            if (worst.stream().anyMatch(p99 -> p99.compareTo(BOUND) >= 0)) {
                throw new IllegalStateException(
                        "probes: a 99th percentile of " + worst + " (expected: < " + BOUND + ")");
            }
        }
    }

    /** Returns the 99th percentile on the management port. */
    private static Duration measure(String what, int management, int port, Fault begin, Fault end) throws IOException {
        begin.run();
        try {
            Duration own = percentile(management);
            Duration shared = percentile(port);
            System.out.println("probes: %-20s p99 %5.2f ms on the management port, %5.2f ms on the application's"
                    .formatted(what, Sample.millis(own), Sample.millis(shared)));
            return own;
        } finally {
            end.run();
        }
    }

    private static Duration percentile(int port) throws IOException {
        List<Duration> times = new ArrayList<>();
        try (WireConnection connection = WireConnection.open(port, SOON)) {
            for (int i = 0; i < PROBES; i++) {
                long start = System.nanoTime();
                boolean live = i % 2 == 0;
                int status = connection
                        .exchange("GET", live ? "/health/live" : "/health/ready")
                        .status();
                times.add(Duration.ofNanos(System.nanoTime() - start));
                if (live && status != 200) {
                    throw new IllegalStateException("liveness: " + status);
                }
                LockSupport.parkNanos(BETWEEN.toNanos());
            }
        }
        return times.stream().sorted().skip(PROBES * 99L / 100).findFirst().orElseThrow();
    }
}
