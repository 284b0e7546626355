package io.ebbtide.jdbc;

import io.ebbtide.health.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Checks whether a connection is good, and does not change it. Stateless. */
final class Validation {
    private Validation() {}

    /**
     * Whether the connection passes the query. Sets no time limit on a statement: H2 keeps one for the whole
     * connection, so that the application would inherit it. Ends a transaction that the query has begun, also one that
     * has failed.
     *
     * @param query null for {@code isValid}
     * @param seconds that the driver may take for {@code isValid}; 0 for no limit
     */
    static Outcome of(Connection connection, @Nullable String query, int seconds) throws SQLException {
        if (query == null) {
            return connection.isValid(seconds) ? Outcome.up() : Outcome.down("connection is not valid");
        }
        boolean commitsByItself = connection.getAutoCommit();
        boolean done = false;
        try (Statement statement = connection.createStatement()) {
            statement.execute(query);
            done = true;
        } finally {
            if (!commitsByItself) {
                rollback(connection, done);
            }
        }
        return Outcome.up();
    }

    /** The query's exception is more informative than a rollback that fails for the same reason. */
    private static void rollback(Connection connection, boolean mustSucceed) throws SQLException {
        try {
            connection.rollback();
        } catch (SQLException e) {
            if (mustSucceed) {
                throw e;
            }
        }
    }
}
