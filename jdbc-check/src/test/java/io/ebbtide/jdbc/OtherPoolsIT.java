package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.health.Status;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a check does to pools that it does not know in detail: nothing that the application would notice. */
final class OtherPoolsIT extends ServiceFixture {
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

    /** tomcat-jdbc lends for ever what it was given back, unless it is configured to test connections. */
    @Test
    void pauseOfTheDatabase_keepsTheApplicationsConnections() throws Exception {
        pauseKeepsTheApplicationsConnections(OtherPool.TOMCAT);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("full")
    void pauseOfTheDatabase_keepsTheApplicationsConnections_fromEachPool(OtherPool kind) throws Exception {
        pauseKeepsTheApplicationsConnections(kind);
    }

    private void pauseKeepsTheApplicationsConnections(OtherPool kind) throws Exception {
        DataSource source = kind.open(postgres.jdbcUrl());
        try {
            run(quick(JdbcCheck.of(source)));
            awaitStatus(Status.UP);

            postgres.freeze();
            try {
                awaitReason(Status.DEGRADED, "no answer within 400 ms"::equals);
            } finally {
                postgres.thaw();
            }
            awaitStatus(Status.UP);

            for (int i = 0; i < 20; i++) {
                use(source);
            }
            service.close();
        } finally {
            kind.close(source);
        }
    }

    @ParameterizedTest
    @EnumSource
    void exhaustedPool_isBusyAndNotBroken(OtherPool kind) throws Exception {
        DataSource source = kind.open(postgres.jdbcUrl());
        List<Connection> inUse = new ArrayList<>();
        try {
            run(patient(JdbcCheck.of(source).required()));
            awaitStatus(Status.UP);
            var everDown = watchReadiness();

            for (int i = 0; i < OtherPool.SIZE; i++) {
                inUse.add(source.getConnection());
            }
            awaitDetail("pool", "exhausted");
            assertThat(check().details()).containsEntry("poolActive", 2L).containsEntry("poolMax", 2L);
            for (Connection each : inUse) {
                each.close();
            }
            await().until(() -> !check().details().containsKey("pool"));

            assertThat(everDown).isFalse();
            service.close();
        } finally {
            kind.close(source);
        }
    }

    /** H2 keeps a statement's time limit for its connection. */
    @Test
    void query_setsNoTimeLimitOnTheConnection() throws Exception {
        var h2 = new JdbcDataSource();
        h2.setUrl("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
        var config = new HikariConfig();
        config.setDataSource(h2);
        config.setMaximumPoolSize(1);
        try (var one = new HikariDataSource(config)) {
            run(patient(JdbcCheck.of(one, JdbcOptions.defaults().withQuery("SELECT 1"))));
            awaitStatus(Status.UP);
            service.close();

            try (Connection connection = one.getConnection();
                    var statement = connection.createStatement()) {
                assertThat(statement.getQueryTimeout()).isZero();
            }
        }
    }

    @Test
    void validation_keepsNoTransactionOpen() throws Exception {
        var kept = new KeptConnection(postgres.jdbcUrl());
        try {
            run(patient(JdbcCheck.of(kept)));
            awaitStatus(Status.UP);
            assertThat(kept.isInTransaction()).isFalse();
            service.close();

            run(patient(JdbcCheck.of(kept, JdbcOptions.defaults().withQuery("SELECT nothing FROM nowhere"))));
            awaitStatus(Status.DEGRADED);
            service.close();
            assertThat(kept.isInTransaction()).isFalse();
        } finally {
            kept.end();
        }
    }

    private static void use(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
    }
}
