package io.ebbtide.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.jdbc.RealPostgres;
import io.ebbtide.redis.RealRedis;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The service and its real stores, which are frozen, killed and started again. */
final class StoresIT {
    /** Reached by a broken product alone. */
    private static final Duration HANG = Duration.ofMinutes(2);

    private static final int CLIENTS = 8;
    private static final int KINDS = 6;
    private static final String ORDER = "{\"item\":\"tide table\",\"quantity\":2}";

    private static RealPostgres postgres;
    private static RealRedis redis;

    private static ServiceProcess service;
    private static volatile int port;
    private static int management;

    @BeforeAll
    static void startAll() throws Exception {
        postgres = RealPostgres.start();
        redis = RealRedis.start();
        start();
    }

    @AfterAll
    static void stopAll() {
        service.close();
        postgres.close();
        redis.close();
    }

    private static void start() throws Exception {
        service = JavaLauncher.of(OrdersService.class)
                .environment("ORDERS_PORT", "0")
                .environment("ORDERS_JDBC_URL", postgres.jdbcUrl())
                .environment("ORDERS_REDIS_URI", redis.uri())
                .environment("EBBTIDE_MANAGEMENT_PORT", "0")
                .environment("EBBTIDE_GRACE", "15s")
                .start();
        management = Integer.parseInt(service.awaitLine("answers probes at http://127.0.0.1:(\\d+)/health", HANG)
                .group(1));
        port = awaitPort();
        awaitProbe("/health/ready", 200);
    }

    @Test
    void orders_outliveTheService() throws Exception {
        WireResponse created = ask(WireRequest.post("/orders", ORDER));
        assertThat(created.status()).isEqualTo(201);

        service.signal("TERM");
        assertThat(service.awaitExit(HANG).code()).isZero();
        assertThat(service.report().get("components").toString())
                .contains("\"db\"")
                .contains("\"cache\"");
        start();

        assertThat(ask(WireRequest.get(created.header("Location"))).body()).isEqualTo(created.body());
    }

    @Test
    void withoutRedis_readsComeFromTheDatabase_andTheServiceIsDegraded() throws Exception {
        WireResponse created = ask(WireRequest.post("/orders", ORDER));
        assertThat(ask(WireRequest.get(created.header("Location"))).body()).isEqualTo(created.body());

        redis.kill();
        try {
            assertThat(ask(WireRequest.get(created.header("Location"))).body()).isEqualTo(created.body());
            Awaitility.await()
                    .atMost(HANG)
                    .until(() ->
                            probe("/health/ready").body().equals("{\"status\":\"DEGRADED\",\"reason\":\"cache\"}"));
            assertThat(probe("/health/ready").status()).isEqualTo(200);
            assertThat(probe("/health/stores").body()).startsWith("{\"status\":\"DEGRADED\",\"group\":\"stores\"");
        } finally {
            redis.restart();
        }
        Awaitility.await()
                .atMost(HANG)
                .until(() -> probe("/health/ready").body().equals("{\"status\":\"UP\"}"));
    }

    @Test
    void withoutPostgres_itIsOutOfRotation_alive_andBackByItself() throws Exception {
        postgres.kill();
        try {
            awaitProbe("/health/ready", 503);
            assertThat(probe("/health/live").status()).isEqualTo(200);
            WireResponse refused = ask(WireRequest.post("/orders", ORDER));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).isEqualTo("{\"error\":\"the store is unavailable; try again\"}");
        } finally {
            postgres.restart();
        }

        awaitProbe("/health/ready", 200);
        assertThat(ask(WireRequest.post("/orders", ORDER)).status()).isEqualTo(201);
    }

    @Test
    @Tag("full")
    void acknowledgedOrders_areAllInTheTable_whateverHappens() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime()); // -Dseed=... has the same happen again
        System.out.println("misfortunes: seed " + seed);
        misfortunes(20, new Random(seed));
    }

    /** Clients order all the time; each round something happens to the database, the cache or the service. */
    private static void misfortunes(int rounds, Random random) throws Exception {
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        AtomicLong refused = new AtomicLong();
        var clients = new ArrayList<Thread>();
        var running = new AtomicInteger(1);
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            var thread = new Thread(() -> order(client, running, acknowledged, refused), "client-" + i);
            thread.start();
            clients.add(thread);
        }
        var happened = new ArrayList<String>();
        try {
            for (int round = 0; round < rounds; round++) {
                awaitMore(acknowledged, 50 + random.nextInt(100));
                int which = round < KINDS ? round : random.nextInt(KINDS); // each at least once
                happened.add(misfortune(which, random));
                awaitProbe("/health/ready", 200);
            }
            awaitMore(acknowledged, 50);
        } finally {
            running.set(0);
            for (Thread client : clients) {
                client.join(HANG.toMillis());
            }
        }

        Set<String> kept = new HashSet<>(items());
        List<String> lost =
                acknowledged.stream().filter(item -> !kept.contains(item)).toList();
        System.out.printf(
                "misfortunes: %s; %d orders acknowledged, %d not, %d of the acknowledged lost%n",
                happened, acknowledged.size(), refused.get(), lost.size());
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(50 * (rounds + 1));
        assertThat(lost).isEmpty();
    }

    private static void awaitMore(Queue<String> orders, int more) {
        int enough = orders.size() + more;
        Awaitility.await().atMost(HANG).until(() -> orders.size() >= enough);
    }

    private static String misfortune(int which, Random random) throws Exception {
        Duration moment = Duration.ofMillis(500 + random.nextInt(2_000));
        switch (which) {
            case 0 -> {
                postgres.kill();
                LockSupport.parkNanos(moment.toNanos());
                postgres.restart();
                return "PostgreSQL killed";
            }
            case 1 -> {
                postgres.freeze();
                LockSupport.parkNanos(moment.toNanos());
                postgres.thaw();
                return "PostgreSQL frozen";
            }
            case 2 -> {
                redis.kill();
                LockSupport.parkNanos(moment.toNanos());
                redis.restart();
                return "Redis killed";
            }
            case 3 -> {
                redis.freeze();
                LockSupport.parkNanos(moment.toNanos());
                redis.thaw();
                return "Redis frozen";
            }
            case 4 -> {
                service.signal("KILL");
                service.awaitExit(HANG);
                start();
                return "service killed";
            }
            default -> {
                service.signal("TERM");
                assertThat(service.awaitExit(HANG).code()).isZero();
                start();
                return "service terminated";
            }
        }
    }

    private static void order(int client, AtomicInteger running, Queue<String> acknowledged, AtomicLong refused) {
        for (int number = 0; running.get() == 1; number++) {
            String item = "order %d of client %d at %d".formatted(number, client, System.nanoTime());
            try {
                WireResponse answer =
                        ask(WireRequest.post("/orders", "{\"item\":\"%s\",\"quantity\":1}".formatted(item)));
                if (answer.status() == 201) {
                    acknowledged.add(item);
                } else {
                    refused.incrementAndGet();
                }
            } catch (IOException e) { // no client has been notified that the port was taken
                refused.incrementAndGet();
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
        }
    }

    private static List<String> items() throws SQLException {
        var items = new ArrayList<String>();
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT item FROM orders")) {
            while (rows.next()) {
                items.add(rows.getString(1));
            }
        }
        return items;
    }

    private static void awaitProbe(String path, int status) {
        Awaitility.await()
                .atMost(HANG)
                .pollInterval(Duration.ofMillis(50))
                .ignoreException(IOException.class)
                .until(() -> probe(path).status() == status);
    }

    private static WireResponse probe(String path) throws IOException {
        return WireConnection.get(management, path);
    }

    private static WireResponse ask(WireRequest request) throws IOException {
        try (WireConnection connection = WireConnection.open(port, HANG)) {
            return connection.exchange(request);
        }
    }

    private static int awaitPort() throws InterruptedException {
        return Integer.parseInt(service.awaitLine("\\bport=(\\d+)", HANG).group(1));
    }
}
