package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.health.Status;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A busy pool behind a real PgBouncer, which has no room for the side connection: busy, not broken. */
final class PgBouncerIT extends ServiceFixture {
    private static RealPostgres postgres;

    @BeforeAll
    static void startPostgres() {
        assumeTrue(RealPgBouncer.isInstalled(), "PgBouncer is not installed (.ci/steps installs it)");
        postgres = RealPostgres.start();
    }

    @AfterAll
    static void stopPostgres() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Override
    RealPostgres postgres() {
        return postgres;
    }

    /** The side connection logs in, and its question waits in PgBouncer's queue. */
    @Test
    void sessionPoolThatIsFull_doesNotTakeABusyReplicaOut() throws Exception {
        try (RealPgBouncer bouncer = RealPgBouncer.start(postgres, 2, 100)) {
            pool(2, config -> config.setJdbcUrl(bouncer.jdbcUrl()));
            borrowAll();
            run(quick(JdbcCheck.of(pool).required()));

            awaitDetail("sideConnection", "no answer");
            var everDown = watchReadiness();
            awaitReadings(10);

            assertThat(everDown).isFalse();
            assertThat(check().details()).containsEntry("pool", "exhausted");
            giveBack();
            awaitDetail("pool", "ok");
            service.close();
            pool.close();
        }
    }

    /** PgBouncer refuses the login with 08P01 (max_client_conn). */
    @Test
    void proxyThatTakesNoMoreClients_doesNotTakeABusyReplicaOut() throws Exception {
        try (RealPgBouncer bouncer = RealPgBouncer.start(postgres, 2, 2)) {
            pool(2, config -> config.setJdbcUrl(bouncer.jdbcUrl()));
            borrowAll();
            run(patient(JdbcCheck.of(pool).required()));

            awaitStatus(Status.UP);
            assertThat(check().details()).containsEntry("pool", "exhausted").containsEntry("sideConnection", "refused");
            service.close();
            giveBack();
            pool.close();
        }
    }

    /** Frozen behind PgBouncer with nothing borrowed: that is reported, as for any database. */
    @Test
    void frozenDatabaseBehindIt_isDown() throws Exception {
        try (RealPgBouncer bouncer = RealPgBouncer.start(postgres, 2, 100)) {
            pool(2, config -> config.setJdbcUrl(bouncer.jdbcUrl()));
            run(quick(JdbcCheck.of(pool)));
            awaitStatus(Status.UP);

            postgres.freeze();
            try {
                awaitStatus(Status.DEGRADED);
            } finally {
                postgres.thaw();
            }
            awaitStatus(Status.UP);
            service.close();
            pool.close();
        }
        try (Connection direct = DriverManager.getConnection(postgres.jdbcUrl())) {
            assertThat(direct.isValid(60)).isTrue();
        }
    }
}
