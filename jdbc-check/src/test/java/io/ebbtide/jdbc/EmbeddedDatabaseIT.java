package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.health.Status;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What a check leaves on a connection of a database within the process, and what it says of one that is gone. */
final class EmbeddedDatabaseIT extends ServiceFixture {
    @TempDir
    Path folder;

    @Override
    RealPostgres postgres() {
        throw new IllegalStateException("no test here needs it");
    }

    /** One connection, lent again and again: what one borrower leaves on it, the next one has. */
    @ParameterizedTest
    @EnumSource
    void connection_isGivenBackAsItWas(EmbeddedDatabase database) throws Exception {
        for (String query : new String[] {null, database.query()}) {
            try (var one = new BasicDataSource()) {
                one.setUrl(database.url(folder));
                one.setMaxTotal(1);
                one.setRollbackOnReturn(false); // so that DBCP mends nothing
                one.setAutoCommitOnReturn(false);
                Map<String, Object> before;
                try (Connection connection = one.getConnection()) {
                    before = stateOf(connection);
                }
                JdbcOptions options = query == null
                        ? JdbcOptions.defaults()
                        : JdbcOptions.defaults().withQuery(query);
                run(patient(JdbcCheck.of(one, options)));
                awaitStatus(Status.UP);
                service.close();

                try (Connection connection = one.getConnection()) {
                    assertThat(stateOf(connection)).isEqualTo(before);
                }
            }
            database.end(folder);
        }
    }

    private static Map<String, Object> stateOf(Connection connection) throws SQLException {
        var state = new LinkedHashMap<String, Object>();
        state.put("auto-commit", connection.getAutoCommit());
        state.put("read-only", connection.isReadOnly());
        state.put("isolation", connection.getTransactionIsolation());
        state.put("schema", connection.getSchema());
        try (var statement = connection.createStatement()) {
            state.put("query timeout", statement.getQueryTimeout());
        }
        return state;
    }

    @ParameterizedTest
    @EnumSource
    void databaseThatIsShutDown_isOpenedAnewByItsNextUse(EmbeddedDatabase database) throws Exception {
        assumeTrue(database != EmbeddedDatabase.SQLITE, "SQLite is a file");
        try (HikariDataSource two = hikari(database.url(folder))) {
            run(patient(JdbcCheck.of(two)));
            awaitStatus(Status.UP);

            database.end(folder);
            await().until(() -> isUsable(two)); // HikariCP lends a connection untested that was used half a second ago
            awaitStatus(Status.UP);
            service.close();
        }
        database.end(folder);
    }

    private static boolean isUsable(HikariDataSource pool) {
        try (Connection connection = pool.getConnection()) {
            return connection.isValid(0);
        } catch (SQLException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    void loginThatIsRefused_isSaidSo(EmbeddedDatabase database) throws Exception {
        String refused = database.refusedUrl(folder);
        assumeTrue(refused != null, "everybody may log in");
        try (HikariDataSource owner = hikari(database.url(folder))) { // makes it
            owner.getConnection().close();
            run(patient(JdbcCheck.of(new DriverManagerDataSource(refused))));

            awaitReason(Status.DEGRADED, "login refused"::equals);
            service.close();
        }
        database.end(folder);
    }

    private static HikariDataSource hikari(String url) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(2);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(20_000); // HikariCP makes it the login timeout of every driver in the process
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }
}
