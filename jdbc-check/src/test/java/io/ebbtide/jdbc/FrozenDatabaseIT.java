package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.health.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The check against a real PostgreSQL that is frozen and killed, which no other test could bear. */
final class FrozenDatabaseIT extends ServiceFixture {
    private static RealPostgres postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = RealPostgres.start();
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
    void frozenDatabase_isReported_andUpAgainByItself() {
        run(quick(JdbcCheck.of(pool(4))));
        awaitStatus(Status.UP);

        postgres.freeze();
        try {
            assertThat(awaitStatus(Status.DEGRADED).reason())
                    .isIn("no answer within 400 ms", "no connection to the database", "no connection in time");
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
            Instant end = awaitStatus(Status.DEGRADED).checkedAt().plusSeconds(5);
            await().until(() -> {
                assertThat(checkThreads()).isLessThan(10); // and not one for each
                return check().checkedAt().isAfter(end);
            });
        } finally {
            postgres.thaw();
        }
        awaitStatus(Status.UP);
    }

    @Test
    @Tag("full")
    void killedDatabase_isReported_andBackAfterItsRestart() {
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
    @Tag("full")
    void exhaustedPool_ofADeadDatabase_isDown() throws Exception {
        run(quick(JdbcCheck.of(pool(1))));
        awaitStatus(Status.UP);
        borrowAll();
        awaitDetail("pool", "exhausted");

        postgres.freeze();
        try {
            assertThat(awaitStatus(Status.DEGRADED).reason()).startsWith("no ");
        } finally {
            postgres.thaw();
        }
        awaitStatus(Status.UP);
    }

    /** An application's idle connections are its own: a pause of the database is no reason to close them. */
    @Test
    void pauseOfTheDatabase_keepsThePoolsConnections() throws Exception {
        pool(4);
        run(quick(JdbcCheck.of(pool)));
        awaitStatus(Status.UP);
        await().until(() -> backends().size() == 4);
        Set<Long> before = backends();

        postgres.freeze();
        try {
            awaitStatus(Status.DEGRADED); // HikariCP tries the others first, and may take its time
        } finally {
            postgres.thaw();
        }
        awaitStatus(Status.UP);

        Set<Long> after = backends();
        after.retainAll(before);
        assertThat(after).as("of four").hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void dataSourceWithoutAPool_isChecked_andUpAgainAfterAFreeze() {
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
}
