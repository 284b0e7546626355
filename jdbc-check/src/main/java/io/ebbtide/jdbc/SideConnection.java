package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import com.zaxxer.hikari.util.PropertyElf;
import io.ebbtide.health.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One connection beside the pool, to the same database with the same login, kept while it is needed. Used by one thread
 * at a time; {@link #close} and {@link #abort} may be called by any.
 */
final class SideConnection {
    private final HikariDataSource pool;
    private final Validator validator = new Validator(null);
    private @Nullable DataSource source;
    private @Nullable Connection connection;
    private boolean closed;

    SideConnection(HikariDataSource pool) {
        this.pool = pool;
    }

    /** Whether the database lives. Blocks until it answers, or {@link #abort}. */
    Outcome look() {
        try {
            Outcome outcome = validator.validate(open());
            if (!outcome.passed()) {
                close();
            }
            return outcome;
        } catch (SQLException e) {
            close();
            return SqlReason.isAnswerOfALiveDatabase(e)
                    ? Outcome.up().with("sideConnection", "refused")
                    : SqlReason.of(e);
        }
    }

    void abort() {
        validator.abort();
    }

    /** Closes the connection; the next look opens another. */
    void close() {
        Connection last;
        synchronized (this) {
            last = connection;
            connection = null;
        }
        closeQuietly(last);
    }

    /** Closes the connection for good, also one that is just being opened. */
    void end() {
        synchronized (this) {
            closed = true;
        }
        abort();
        close();
    }

    private Connection open() throws SQLException {
        synchronized (this) {
            if (connection != null) {
                return connection;
            }
        }
        Connection opened = connect();
        synchronized (this) {
            if (!closed) {
                connection = opened;
                return opened;
            }
        }
        closeQuietly(opened);
        throw new SQLException("the check is over", "08003");
    }

    private Connection connect() throws SQLException {
        DataSource own = pool.getDataSource();
        if (own != null) {
            return pool.getUsername() == null
                    ? own.getConnection()
                    : own.getConnection(pool.getUsername(), pool.getPassword());
        }
        DataSource made = source;
        if (made == null) {
            made = make();
            source = made;
        }
        return made.getConnection();
    }

    /** As the pool itself does. */
    private DataSource make() throws SQLException {
        String type = pool.getDataSourceClassName();
        if (pool.getJdbcUrl() != null && type == null) {
            return new DriverDataSource(
                    pool.getJdbcUrl(),
                    pool.getDriverClassName(),
                    pool.getDataSourceProperties(),
                    pool.getUsername(),
                    pool.getPassword());
        }
        if (type == null) {
            throw new SQLException("a pool from JNDI has no side connection", "0A000");
        }
        try {
            DataSource made = Class.forName(type)
                    .asSubclass(DataSource.class)
                    .getDeclaredConstructor()
                    .newInstance();
            PropertyElf.setTargetFromProperties(made, pool.getDataSourceProperties());
            return made;
        } catch (ReflectiveOperationException e) {
            throw new SQLException("the pool's data source cannot be made: " + type, "0A000", e);
        }
    }

    private static void closeQuietly(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // gone all the same
            }
        }
    }
}
