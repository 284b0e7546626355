package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import io.ebbtide.Ebbtide;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Status;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.ShutdownReport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The check against a real PostgreSQL that answers or refuses, and a pool that is exhausted, suspended, closed. */
@Execution(ExecutionMode.CONCURRENT)
final class JdbcCheckIT extends ServiceFixture {
    private static final Executor THREAD_EACH = task -> new Thread(task, "application").start();
    private static RealPostgres postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = RealPostgres.start();
        postgres.userWithPassword("locked", "s3cret");
        postgres.userWithPassword("changed", "s3cret");
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @Override
    RealPostgres postgres() {
        return postgres;
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
    void query_isRun_andKeepsNoTransactionOpen() throws Exception {
        var kept = new KeptConnection(postgres.jdbcUrl());
        try {
            run(patient(JdbcCheck.of(kept, JdbcOptions.defaults().withQuery("SELECT 1"))));
            awaitStatus(Status.UP);

            assertThat(kept.isInTransaction()).isFalse();
            service.close();
        } finally {
            kept.end();
        }
    }

    @Test
    void query_thatIsInvalid_isReportedWithoutItsText() {
        run(JdbcCheck.of(pool(1), JdbcOptions.defaults().withQuery("SELECT secret FROM nowhere")));

        awaitReason(Status.DEGRADED, "query is invalid or not permitted"::equals);
    }

    @Test
    void exhaustedPool_ofALiveDatabase_isBusyAndNotBroken() throws Exception {
        run(patient(JdbcCheck.of(pool(2)).required()));
        awaitStatus(Status.UP);
        await().until(() -> backends().size() == 2);

        var everDown = watchReadiness();
        borrowAll();
        awaitDetail("pool", "exhausted");
        awaitReadings(10, () -> assertThat(backends()).hasSizeLessThanOrEqualTo(3));
        assertThat(everDown).isFalse();

        giveBack();
        awaitDetail("pool", "ok");
        await().until(() -> backends().size() == 2);
    }

    /** The runs of the default schedule in 30 s, for as long as the documented promise. */
    @Test
    @Tag("full")
    void exhaustedPool_for30Seconds_staysInRotation() throws Exception {
        run(JdbcCheck.of(pool(2)).required().timeout(Duration.ofSeconds(60)));
        awaitStatus(Status.UP);
        borrowAll();
        CompletableFuture<Connection> waiting = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return pool.getConnection();
                    } catch (SQLException e) {
                        return null;
                    }
                },
                THREAD_EACH);

        var everDown = watchReadiness();
        awaitReadings(7);

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
    void exhaustedPool_fromWhichNothingComesBack_isReportedAsOneThatCannotRecover() throws Exception {
        var registry = new SimpleMeterRegistry();
        pool(1, config -> config.setMetricRegistry(registry));
        run(patient(JdbcCheck.of(pool, JdbcOptions.defaults().withStuckAfter(Duration.ofSeconds(1)))));
        awaitStatus(Status.UP);
        borrowAll();

        awaitReason(
                Status.DEGRADED,
                reason -> reason.startsWith(
                        "pool cannot recover: every connection is borrowed and none was returned for "));
        giveBack();
        awaitStatus(Status.UP);
    }

    /** 25 runs, at least 180 ms apart, take longer than the pool may be stuck. */
    @Test
    @Tag("full")
    void exhaustedPool_whoseConnectionsComeAndGo_isNeverSaidToBeStuck() throws Exception {
        var registry = new SimpleMeterRegistry();
        pool(1, config -> config.setMetricRegistry(registry));
        run(patient(JdbcCheck.of(pool, JdbcOptions.defaults().withStuckAfter(Duration.ofSeconds(3)))));
        awaitStatus(Status.UP);

        var over = new AtomicBoolean();
        var users = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 3; i++) {
            users.add(CompletableFuture.runAsync(
                    () -> {
                        while (!over.get()) {
                            try (Connection connection = pool.getConnection();
                                    var statement = connection.createStatement()) {
                                statement.execute("SELECT pg_sleep(0.05)");
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                        }
                    },
                    THREAD_EACH));
        }
        try {
            awaitReadings(25, () -> assertThat(check().up()).isTrue());
        } finally {
            over.set(true);
        }
        users.forEach(CompletableFuture::join);
    }

    @Test
    @Tag("full")
    void databaseWithTooManyConnections_isAliveForAnExhaustedPool_andReportedByANewOne() throws Exception {
        try (RealPostgres full = RealPostgres.start(5)) { // three of them are kept for superusers
            try (Connection admin = DriverManager.getConnection(full.jdbcUrl());
                    var statement = admin.createStatement()) {
                statement.execute("CREATE ROLE app LOGIN");
            }
            String url = full.jdbcUrl().replace("user=postgres", "user=app");
            pool(2, config -> config.setJdbcUrl(url));
            borrowAll();
            run(patient(JdbcCheck.of(pool)));

            assertThat(awaitStatus(Status.UP).details())
                    .containsEntry("pool", "exhausted")
                    .containsEntry("sideConnection", "refused");
            service.close();

            var another = new PGSimpleDataSource();
            another.setUrl(url);
            run(patient(JdbcCheck.of(another)));
            awaitReason(Status.DEGRADED, "database has too many connections"::equals);
            service.close();
            giveBack();
            pool.close();
        }
    }

    @Test
    void login_thatIsRefused_isReportedWithoutTheUser() {
        var stranger = new PGSimpleDataSource();
        stranger.setUrl(postgres.jdbcUrl().replace("user=postgres", "user=stranger"));
        run(patient(JdbcCheck.of(stranger)));

        CheckStatus status = awaitReason(Status.DEGRADED, "login refused"::equals);

        assertThat(status.details().toString()).doesNotContain("stranger").doesNotContain("127.0.0.1");
    }

    /** A check that connects beside the pool must log in as the pool does. */
    @ParameterizedTest
    @EnumSource(Login.class)
    void exhaustedPool_withALogin_isBusyAndNotBroken(Login login) throws Exception {
        pool(1, login::in);
        borrowAll();
        run(patient(JdbcCheck.of(pool)));

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
    void passwordChanged_isReportedByAPoolThatHasToConnectAnew() throws Exception {
        pool(1, config -> {
            config.setJdbcUrl(postgres.jdbcUrl().replace("user=postgres", "user=changed"));
            config.setPassword("s3cret");
            config.setValidationTimeout(500);
            config.setConnectionTimeout(1_000);
        });
        run(quick(JdbcCheck.of(pool)));
        awaitStatus(Status.UP);

        execute("ALTER ROLE changed PASSWORD 'other'");
        try {
            pool.getHikariPoolMXBean().softEvictConnections();
            awaitReason(Status.DEGRADED, "login refused"::equals);
        } finally {
            execute("ALTER ROLE changed PASSWORD 's3cret'");
        }
        awaitStatus(Status.UP);
    }

    /** A server that accepts connections and never answers, with a driver that ignores interrupts. */
    @Test
    void serverThatNeverSpeaks_costsOneConnectionAndFewThreads() throws Exception {
        Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
        var late = new AtomicInteger();
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            THREAD_EACH.execute(() -> acceptAll(silent, accepted));
            var plain = new PGSimpleDataSource();
            plain.setUrl("jdbc:postgresql://127.0.0.1:%d/postgres?user=a&loginTimeout=600&connectTimeout=600"
                    .formatted(silent.getLocalPort()));
            run(JdbcCheck.of(plain)
                    .every(Duration.ofMillis(20))
                    .timeout(Duration.ofMillis(20))
                    .onTimeout(late::incrementAndGet));

            await().until(() -> {
                assertThat(accepted).hasSizeLessThanOrEqualTo(1);
                assertThat(checkThreads()).isLessThan(20); // and not one for each run
                return late.get() >= 50;
            });
            assertThat(accepted).hasSize(1);
            service.close();
        } finally {
            for (Socket each : accepted) {
                each.close();
            }
        }
    }

    private static void acceptAll(ServerSocket listener, Queue<Socket> accepted) {
        try {
            while (true) {
                accepted.add(listener.accept());
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Test
    void closedPool_isDown() {
        run(patient(JdbcCheck.of(pool(1))));
        awaitStatus(Status.UP);

        pool.close();

        awaitReason(Status.DEGRADED, "pool is closed"::equals);
    }

    @Test
    void suspendedPool_isDown_andBackWhenItGoesOn() {
        pool(1, config -> config.setAllowPoolSuspension(true));
        run(quick(JdbcCheck.of(pool)));
        awaitStatus(Status.UP);

        pool.getHikariPoolMXBean().suspendPool();
        awaitReason(
                Status.DEGRADED, // the latter of a run that was under way
                List.of("pool is suspended", "no answer within 400 ms")::contains);
        pool.getHikariPoolMXBean().resumePool();

        awaitStatus(Status.UP);
    }

    @Test
    void component_waitsForWhatIsBorrowed_thenCloses() throws Exception {
        pool(2);
        service = Ebbtide.builder(name)
                .component("db", JdbcComponent.closing(pool))
                .build()
                .start();
        Connection inUse = pool.getConnection();
        Ticket request = service.inFlight().enter(WorkKind.REQUEST, "GET /a");

        service.shutdown("test");
        await().until(() -> service.state() == LifecycleState.DRAINING);
        assertThat(pool.isClosed()).as("before the last ticket").isFalse();
        request.close();
        awaitReadings(5, () -> assertThat(pool.isClosed()).isFalse());
        assertThat(service.state()).isEqualTo(LifecycleState.STOPPING);
        assertThat(inUse.isValid(0)).isTrue();
        inUse.close();

        ShutdownReport report = service.awaitStopped(HANG);
        assertThat(report.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(pool.isClosed()).isTrue();
    }

    @Test
    void component_withAConnectionThatNeverComesBack_abortsItAndSaysSo() throws Exception {
        pool(2).getConnection();
        JdbcComponent component = JdbcComponent.closing(pool);

        assertThatThrownBy(() -> component.stop(Duration.ofMillis(500)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("1 connection(s) of the pool were still borrowed after 450 ms and were aborted");
        assertThat(pool.isClosed()).isTrue();
    }

    @Test
    void options_thatMakeNoSense_areRefused() {
        assertThatThrownBy(() -> JdbcOptions.defaults().withQuery(" "))
                .hasMessage("query: ' ' (expected: SQL, or null for isValid)");
        assertThatThrownBy(() -> JdbcOptions.defaults().withStuckAfter(Duration.ZERO))
                .hasMessage("stuckAfter: PT0S (expected: > 0, at most 365 days)");
    }
}
