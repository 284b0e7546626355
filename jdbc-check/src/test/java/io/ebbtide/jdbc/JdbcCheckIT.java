package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Status;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.ExitCode;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.lifecycle.ShutdownReport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The check against a real PostgreSQL: frozen, killed, full; and a pool that is exhausted, suspended, closed. */
final class JdbcCheckIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofMillis(400);
    private static RealPostgres postgres;

    private final List<Connection> borrowed = new ArrayList<>();
    private HikariDataSource pool;
    private Ebbtide service;

    @BeforeAll
    static void startPostgres() {
        postgres = RealPostgres.start();
        postgres.userWithPassword("locked", "s3cret");
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

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

    @Test
    void database_thatAnswers_isUp_andThePoolIsShown() {
        run(JdbcCheck.of(pool(2)));

        CheckStatus status = awaitStatus(Status.UP);

        assertThat(status.required()).isFalse();
        assertThat(status.details())
                .containsEntry("pool", "ok")
                .containsEntry("poolMax", 2)
                .containsEntry("poolWaiting", 0);
    }

    @Test
    void query_isRun_andLeavesNoTransactionOpen() throws Exception {
        HikariDataSource manual = pool(1, config -> config.setAutoCommit(false));
        run(JdbcCheck.of(manual, JdbcOptions.defaults().withQuery("SELECT 1")));
        awaitStatus(Status.UP);

        assertThat(number("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"))
                .isZero();
    }

    @Test
    void query_thatIsWrong_isToldWithoutItsText() {
        run(JdbcCheck.of(pool(1), JdbcOptions.defaults().withQuery("SELECT secret FROM nowhere")));

        assertThat(awaitStatus(Status.DEGRADED).reason()).isEqualTo("query is wrong or not allowed");
    }

    @Test
    void frozenDatabase_isToldInTime_andBackByItself() {
        Check check = quick(JdbcCheck.of(pool(4)));
        run(check);
        awaitStatus(Status.UP);

        postgres.freeze();
        try {
            Instant frozen = Instant.now();
            CheckStatus status = awaitStatus(Status.DEGRADED);

            assertThat(Duration.between(frozen, Instant.now()))
                    .isLessThan(check.schedule().toldWithin().plusSeconds(1));
            assertThat(status.reason()).isIn("no answer within 400 ms", "no connection to the database");
        } finally {
            postgres.thaw();
        }
        awaitStatus(Status.UP);
    }

    /** 200 suspect intervals of a server that answers nothing: one thread hangs, one cuts its connection, no more. */
    @Test
    @Tag("full")
    void frozenDatabase_costsNoThreads() {
        run(JdbcCheck.of(pool(4)).every(Duration.ofMillis(20)).timeout(Duration.ofMillis(20)));
        awaitStatus(Status.UP);

        postgres.freeze();
        try {
            long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (System.nanoTime() < end) {
                assertThat(Thread.getAllStackTraces().keySet())
                        .filteredOn(thread -> thread.getName().startsWith("ebbtide-it-check"))
                        .hasSizeLessThan(10); // and not one for each
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        } finally {
            postgres.thaw();
        }
        awaitStatus(Status.UP);
    }

    @Test
    @Tag("full")
    void killedDatabase_isTold_andBackAfterItsRestart() {
        run(quick(JdbcCheck.of(pool(2))));
        awaitStatus(Status.UP);

        postgres.kill();
        try {
            awaitStatus(Status.DEGRADED);
        } finally {
            postgres.restart();
        }
        awaitStatus(Status.UP);
    }

    @Test
    void exhaustedPool_ofALiveDatabase_isBusyAndNotBroken() throws Exception {
        HikariDataSource small = pool(2);
        run(quick(JdbcCheck.of(small).required()));
        awaitStatus(Status.UP);
        Awaitility.await().until(() -> connections() == 2); // a backend outlives its client a little

        var everDown = watchReadiness();
        borrowAll(small);
        Awaitility.await().until(() -> "exhausted".equals(check().details().get("pool")));
        for (int i = 0; i < 10; i++) {
            assertThat(connections()).isLessThanOrEqualTo(3);
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
        assertThat(everDown).isFalse();

        giveBack();
        Awaitility.await().until(() -> "ok".equals(check().details().get("pool")));
        Awaitility.await().untilAsserted(() -> assertThat(connections()).isEqualTo(2));
    }

    /** For as long as the promise says. */
    @Test
    @Tag("full")
    void exhaustedPool_for30Seconds_neverLeavesTheRotation() throws Exception {
        HikariDataSource small = pool(2);
        run(JdbcCheck.of(small).required());
        awaitStatus(Status.UP);
        borrowAll(small);
        CompletableFuture<Connection> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return small.getConnection();
            } catch (SQLException e) {
                return null;
            }
        });

        var everDown = watchReadiness();
        LockSupport.parkNanos(Duration.ofSeconds(30).toNanos());

        assertThat(everDown).isFalse();
        assertThat(check().details()).containsEntry("pool", "exhausted").containsEntry("poolActive", 2);
        giveBack();
        Connection late = waiting.join();
        if (late != null) {
            late.close();
        }
    }

    @Test
    @Tag("full")
    void exhaustedPool_ofADeadDatabase_isDown() throws Exception {
        HikariDataSource small = pool(1);
        run(quick(JdbcCheck.of(small)));
        awaitStatus(Status.UP);
        borrowAll(small);
        Awaitility.await().until(() -> "exhausted".equals(check().details().get("pool")));

        postgres.freeze();
        try {
            assertThat(awaitStatus(Status.DEGRADED).reason()).startsWith("no ");
        } finally {
            postgres.thaw();
        }
        awaitStatus(Status.UP);
    }

    @Test
    @Tag("full")
    void exhaustedPool_fromWhichNothingComesBack_isReportedAsOneThatCannotRecover() throws Exception {
        var registry = new SimpleMeterRegistry();
        HikariDataSource leaking = pool(1, config -> config.setMetricRegistry(registry));
        run(quick(JdbcCheck.of(leaking, JdbcOptions.defaults().withStuckAfter(Duration.ofSeconds(1)))));
        awaitStatus(Status.UP);
        borrowAll(leaking);

        assertThat(awaitStatus(Status.DEGRADED).reason())
                .startsWith("pool cannot recover: every connection is borrowed and none came back for ");
        giveBack();
        awaitStatus(Status.UP);
    }

    @Test
    @Tag("full")
    void exhaustedPool_whoseConnectionsComeAndGo_isNeverSaidToBeStuck() throws Exception {
        var registry = new SimpleMeterRegistry();
        HikariDataSource busy = pool(1, config -> config.setMetricRegistry(registry));
        run(quick(JdbcCheck.of(busy, JdbcOptions.defaults().withStuckAfter(Duration.ofSeconds(1)))));
        awaitStatus(Status.UP);

        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        var users = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 3; i++) {
            users.add(CompletableFuture.runAsync(() -> {
                while (System.nanoTime() < end) {
                    try (Connection connection = busy.getConnection();
                            var statement = connection.createStatement()) {
                        statement.execute("SELECT pg_sleep(0.05)");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }));
        }
        while (System.nanoTime() < end) {
            assertThat(check().up()).isTrue();
            Awaitility.await().pollDelay(Duration.ofMillis(50)).until(() -> true);
        }
        users.forEach(CompletableFuture::join);
    }

    @Test
    @Tag("full")
    void databaseWithTooManyConnections_isAliveForAnExhaustedPool_andToldToAFreshOne() throws Exception {
        try (RealPostgres full = RealPostgres.start(5)) { // three of them are kept for superusers
            try (Connection admin = DriverManager.getConnection(full.jdbcUrl());
                    var statement = admin.createStatement()) {
                statement.execute("CREATE ROLE app LOGIN");
            }
            String url = full.jdbcUrl().replace("user=postgres", "user=app");
            pool = pool(2, config -> config.setJdbcUrl(url));
            borrowAll(pool);
            run(quick(JdbcCheck.of(pool)));

            assertThat(awaitStatus(Status.UP).details())
                    .containsEntry("pool", "exhausted")
                    .containsEntry("sideConnection", "refused");
            service.close();

            var another = new PGSimpleDataSource();
            another.setUrl(url);
            run(quick(JdbcCheck.of(another)));
            assertThat(awaitStatus(Status.DEGRADED).reason()).isEqualTo("database has too many connections");
            service.close();
            giveBack();
            pool.close();
        }
    }

    @Test
    void login_thatIsRefused_isToldWithoutTheUser() {
        var nobody = new PGSimpleDataSource();
        nobody.setUrl(postgres.jdbcUrl().replace("user=postgres", "user=nobody"));
        run(JdbcCheck.of(nobody));

        CheckStatus status = awaitStatus(Status.DEGRADED);

        assertThat(status.reason()).isEqualTo("login refused");
        assertThat(status.details().toString()).doesNotContain("nobody").doesNotContain("127.0.0.1");
    }

    /** Whoever looks at the database beside the pool must log in as the pool does. */
    @ParameterizedTest
    @EnumSource(Login.class)
    void exhaustedPool_withALogin_isBusyAndNotBroken(Login login) throws Exception {
        HikariDataSource small = pool(1, login::in);
        borrowAll(small);
        run(quick(JdbcCheck.of(small)));

        CheckStatus status = awaitStatus(Status.UP);

        assertThat(status.details()).containsEntry("pool", "exhausted").doesNotContainKey("sideConnection");
    }

    enum Login {
        URL {
            @Override
            void in(HikariConfig config) {
                config.setJdbcUrl(url());
                config.setUsername("locked");
                config.setPassword("s3cret");
            }
        },
        DATA_SOURCE_CLASS {
            @Override
            void in(HikariConfig config) {
                config.setJdbcUrl(null);
                config.setDataSourceClassName(PGSimpleDataSource.class.getName());
                config.addDataSourceProperty("url", url());
                config.setUsername("locked");
                config.setPassword("s3cret");
            }
        },
        DATA_SOURCE {
            @Override
            void in(HikariConfig config) {
                var source = new PGSimpleDataSource();
                source.setUrl(url());
                config.setJdbcUrl(null);
                config.setDataSource(source);
                config.setUsername("locked");
                config.setPassword("s3cret");
            }
        };

        abstract void in(HikariConfig config);

        String url() {
            return postgres.jdbcUrl().replace("?user=postgres", "");
        }
    }

    @Test
    @Tag("full")
    void passwordChanged_isToldByAPoolThatHasToConnectAnew() throws Exception {
        HikariDataSource locked = pool(1, config -> {
            config.setJdbcUrl(postgres.jdbcUrl().replace("user=postgres", "user=locked"));
            config.setPassword("s3cret");
        });
        run(quick(JdbcCheck.of(locked)));
        awaitStatus(Status.UP);

        execute("ALTER ROLE locked PASSWORD 'other'");
        try {
            locked.getHikariPoolMXBean().softEvictConnections();
            assertThat(awaitStatus(Status.DEGRADED).reason())
                    .isIn("login refused", "no answer within 400 ms", "no connection in time");
            Awaitility.await().until(() -> check().reason().equals("login refused"));
        } finally {
            execute("ALTER ROLE locked PASSWORD 's3cret'");
        }
        awaitStatus(Status.UP);
    }

    /** An application's idle connections are its own: a pause of the database is no reason to close them. */
    @Test
    void pauseOfTheDatabase_leavesThePoolItsConnections() throws Exception {
        HikariDataSource idle = pool(4);
        run(quick(JdbcCheck.of(idle)));
        awaitStatus(Status.UP);
        Awaitility.await().until(() -> idle.getHikariPoolMXBean().getTotalConnections() == 4);
        Set<Long> before = backends();
        LockSupport.parkNanos(Duration.ofMillis(600).toNanos()); // so long idle that HikariCP tries them

        postgres.freeze();
        try {
            LockSupport.parkNanos(Duration.ofMillis(450).toNanos());
        } finally {
            postgres.thaw();
        }
        awaitStatus(Status.UP);

        Set<Long> after = backends();
        after.retainAll(before);
        assertThat(after).as("of four").hasSizeGreaterThanOrEqualTo(3);
    }

    /** A server that takes connections and says nothing, and drivers mind no interrupt: one attempt, one thread. */
    @Test
    void serverThatNeverSpeaks_costsOneThread() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var plain = new PGSimpleDataSource();
            plain.setUrl("jdbc:postgresql://127.0.0.1:%d/postgres?user=a&loginTimeout=20&connectTimeout=20"
                    .formatted(silent.getLocalPort()));
            int before = Thread.activeCount();
            run(JdbcCheck.of(plain).every(Duration.ofMillis(20)).timeout(Duration.ofMillis(20)));
            awaitStatus(Status.DEGRADED);

            long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            while (System.nanoTime() < end) {
                // the scheduler, two workers, the log, the attempt and the driver's own thread for it
                assertThat(Thread.activeCount() - before).isLessThanOrEqualTo(8);
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
            service.close();
        }
    }

    @Test
    void closedPool_isDownAtOnce() {
        HikariDataSource closed = pool(1);
        run(quick(JdbcCheck.of(closed)));
        awaitStatus(Status.UP);

        closed.close();

        assertThat(awaitStatus(Status.DEGRADED).reason()).isEqualTo("pool is closed");
        assertThat(check().latency()).isLessThan(TIMEOUT);
    }

    @Test
    void suspendedPool_isDown_andBackWhenItGoesOn() {
        HikariDataSource suspended = pool(1, config -> config.setAllowPoolSuspension(true));
        run(quick(JdbcCheck.of(suspended)));
        awaitStatus(Status.UP);

        suspended.getHikariPoolMXBean().suspendPool();
        assertThat(awaitStatus(Status.DEGRADED).reason()) // the latter of a run that was under way
                .isIn("pool is suspended", "no answer within 400 ms");
        suspended.getHikariPoolMXBean().resumePool();

        awaitStatus(Status.UP);
    }

    @Test
    void dataSourceWithoutAPool_isChecked_andAFrozenOneAborted() throws Exception {
        var plain = new PGSimpleDataSource();
        plain.setUrl(postgres.jdbcUrl());
        run(quick(JdbcCheck.of(plain)));
        awaitStatus(Status.UP);
        assertThat(check().details()).doesNotContainKey("pool");

        postgres.freeze();
        try {
            awaitStatus(Status.DEGRADED);
        } finally {
            postgres.thaw();
        }
        awaitStatus(Status.UP);
    }

    @Test
    void component_waitsForWhatIsBorrowed_thenCloses() throws Exception {
        HikariDataSource closing = pool(2);
        service = Ebbtide.builder("closing")
                .component("db", JdbcComponent.closing(closing))
                .build()
                .start();
        Connection inUse = closing.getConnection();
        Ticket request = service.inFlight().enter(WorkKind.REQUEST, "GET /a");

        service.shutdown("test");
        Awaitility.await().until(() -> service.state() == LifecycleState.DRAINING);
        assertThat(closing.isClosed()).as("before the last ticket").isFalse();
        request.close();
        Awaitility.await().until(() -> service.state() == LifecycleState.STOPPING);
        Awaitility.await().during(Duration.ofMillis(200)).until(() -> !closing.isClosed() && inUse.isValid(1));
        inUse.close();

        ShutdownReport report = service.awaitStopped(SOON);
        assertThat(report.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(closing.isClosed()).isTrue();
    }

    @Test
    void component_withAConnectionThatNeverComesBack_abortsItAndSaysSo() throws Exception {
        HikariDataSource closing = pool(2);
        closing.getConnection();
        JdbcComponent component = JdbcComponent.closing(closing);

        assertThatThrownBy(() -> component.stop(Duration.ofMillis(500)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("1 connection(s) of the pool were still borrowed after 450 ms and were aborted");
        assertThat(closing.isClosed()).isTrue();
    }

    @Test
    void options_thatMakeNoSense_areRefused() {
        assertThatThrownBy(() -> JdbcOptions.defaults().withQuery(" "))
                .hasMessage("query: ' ' (expected: SQL, or null for isValid)");
        assertThatThrownBy(() -> JdbcOptions.defaults().withStuckAfter(Duration.ZERO))
                .hasMessage("stuckAfter: PT0S (expected: > 0)");
    }

    private void run(Check check) {
        service = Ebbtide.builder("it").readiness("db", check).build().start();
    }

    private static Check quick(Check check) {
        return check.every(INTERVAL).timeout(TIMEOUT);
    }

    /** True once readiness was anything but up. */
    private AtomicBoolean watchReadiness() {
        var everDown = new AtomicBoolean();
        service.health().onChange(() -> {
            if (service.health().snapshot().readiness() != Status.UP) {
                everDown.set(true);
            }
        });
        return everDown;
    }

    private CheckStatus check() {
        return service.health().snapshot().checks().get(0);
    }

    private CheckStatus awaitStatus(Status status) {
        Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> check().known() && check().status() == status);
        return check();
    }

    private HikariDataSource pool(int size) {
        return pool(size, config -> {});
    }

    private HikariDataSource pool(int size, Consumer<HikariConfig> more) {
        var config = new HikariConfig();
        config.setJdbcUrl(postgres.jdbcUrl());
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(1_000);
        config.setValidationTimeout(500);
        more.accept(config);
        pool = new HikariDataSource(config);
        return pool;
    }

    private void borrowAll(HikariDataSource from) throws SQLException {
        while (borrowed.size() < from.getMaximumPoolSize()) {
            borrowed.add(from.getConnection());
        }
    }

    private void giveBack() throws SQLException {
        for (Connection each : borrowed) {
            each.close();
        }
        borrowed.clear();
    }

    /** But for ours. */
    private static long connections() throws SQLException {
        return number("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                + " AND application_name <> 'observer'");
    }

    private static Set<Long> backends() throws SQLException {
        var pids = new HashSet<Long>();
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pid FROM pg_stat_activity"
                        + " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")) {
            while (rows.next()) {
                pids.add(rows.getLong(1));
            }
        }
        return pids;
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl() + "&ApplicationName=observer");
                var statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }
}
