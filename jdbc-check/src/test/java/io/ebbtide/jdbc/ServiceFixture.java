package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariConfig;
import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Status;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

/** A service with one check and one pool, both named for the test alone, so that several tests can share a server. */
abstract class ServiceFixture {
    /** Reached by a broken product alone. */
    static final Duration HANG = Duration.ofMinutes(2);

    private static final AtomicInteger TESTS = new AtomicInteger();

    final String name = "it-" + TESTS.incrementAndGet();
    ObservedPool pool;
    Ebbtide service;
    private final List<Connection> borrowed = new ArrayList<>();

    abstract RealPostgres postgres();

    @AfterEach
    void stop() throws SQLException {
        if (service != null) {
            service.close();
        }
        giveBack();
        if (pool != null) {
            pool.close();
        }
    }

    final void run(Check check) {
        service = Ebbtide.builder(name).readiness("db", check).build().start();
    }

    /** For a database that does not answer. One that does may miss this timeout on a busy machine. */
    static Check quick(Check check) {
        return check.every(Duration.ofMillis(200)).timeout(Duration.ofMillis(400));
    }

    /** For a database that answers: no run is ever too late. */
    static Check patient(Check check) {
        return check.every(Duration.ofMillis(200)).timeout(Duration.ofSeconds(60));
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(HANG).pollInterval(Duration.ofMillis(10));
    }

    final CheckStatus check() {
        return service.health().snapshot().checks().get(0);
    }

    final CheckStatus awaitStatus(Status status) {
        return awaitCheck(check -> check.known() && check.status() == status);
    }

    /** Not the first reason perhaps: on a busy machine a run may be late, whatever it has to report. */
    final CheckStatus awaitReason(Status status, Predicate<String> reason) {
        return awaitCheck(check -> check.known() && check.status() == status && reason.test(check.reason()));
    }

    final void awaitDetail(String key, Object value) {
        awaitCheck(check -> value.equals(check.details().get(key)));
    }

    private CheckStatus awaitCheck(Predicate<CheckStatus> condition) {
        return await().until(this::check, condition);
    }

    /** Waits until the pool's numbers have been read so many times more. */
    final void awaitReadings(int more) {
        awaitReadings(more, () -> {});
    }

    /** Waits until the pool's numbers have been read so many times more; asserts something all the time. */
    final void awaitReadings(int more, Invariant invariant) {
        int enough = pool.readings() + more;
        await().until(() -> {
            invariant.check();
            return pool.readings() >= enough;
        });
    }

    @FunctionalInterface
    interface Invariant {
        void check() throws SQLException;
    }

    /** True once readiness was anything but up. */
    final AtomicBoolean watchReadiness() {
        var everDown = new AtomicBoolean();
        service.health().onChange(() -> {
            if (service.health().snapshot().readiness() != Status.UP) {
                everDown.set(true);
            }
        });
        return everDown;
    }

    /** Threads on which this service's checks run. */
    final long checkThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ebbtide-" + name + "-check-"))
                .count();
    }

    final ObservedPool pool(int size) {
        return pool(size, config -> {});
    }

    final ObservedPool pool(int size, Consumer<HikariConfig> more) {
        var config = new HikariConfig();
        config.setJdbcUrl(postgres().jdbcUrl() + "&ApplicationName=" + name);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(60_000);
        config.setValidationTimeout(60_000);
        more.accept(config);
        pool = new ObservedPool(config);
        return pool;
    }

    final void borrowAll() throws SQLException {
        while (borrowed.size() < pool.getMaximumPoolSize()) {
            borrowed.add(pool.getConnection());
        }
    }

    final void giveBack() throws SQLException {
        for (Connection each : borrowed) {
            each.close();
        }
        borrowed.clear();
    }

    /** The server's processes for this test's connections. */
    final Set<Long> backends() throws SQLException {
        var pids = new HashSet<Long>();
        try (Connection connection = DriverManager.getConnection(postgres().jdbcUrl());
                var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT pid FROM pg_stat_activity WHERE application_name = '" + name + "'")) {
            while (rows.next()) {
                pids.add(rows.getLong(1));
            }
        }
        return pids;
    }

    final void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres().jdbcUrl());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
