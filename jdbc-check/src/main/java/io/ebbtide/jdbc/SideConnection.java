package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.health.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One connection beside a pool, to the same database with the same login, kept while it is needed; one for each pool,
 * however many checks use it. Used by one thread at a time; {@link #close}, {@link #end} and {@link #abort} may be
 * called by any.
 */
final class SideConnection {
    private static final Map<HikariDataSource, Semaphore> PERMITS = Collections.synchronizedMap(new WeakHashMap<>());

    private final Connector connector;
    private final boolean possible;
    private final Validator validator = new Validator(null);
    private final Semaphore permit;
    private @Nullable Connection connection;
    private volatile boolean validating;
    private boolean permitted;
    private boolean ended;

    SideConnection(HikariDataSource pool) {
        var login = new PoolLogin(pool);
        possible = login.isKnown();
        connector = new Connector(login::open);
        permit = PERMITS.computeIfAbsent(pool, each -> new Semaphore(1));
    }

    /** Whether the database lives; null if that cannot be determined. Blocks until it answers, or {@link #abort}. */
    @Nullable
    Outcome check() throws InterruptedException {
        if (!possible || !takePermit()) {
            return null;
        }
        try {
            Connection opened = open();
            validating = true;
            Outcome outcome = validator.validate(opened);
            if (!outcome.passed()) {
                close();
            }
            return outcome;
        } catch (SQLException e) {
            close();
            return SqlReason.of(e);
        } finally {
            validating = false;
        }
    }

    /**
     * Whether a login was answered, and the query after it is not: a proxy such as PgBouncer keeps it in its queue
     * while its own pool is busy. A frozen database answers no login.
     */
    boolean isValidating() {
        return validating;
    }

    void abort() {
        validator.abort();
    }

    /** Closes the connection; the next check opens another. */
    synchronized void close() {
        Connector.closeQuietly(connection);
        connection = null;
        if (permitted) {
            permitted = false;
            permit.release();
        }
    }

    /** Closes the connection for good, also one that is just being opened. */
    void end() {
        abort();
        connector.close();
        synchronized (this) {
            ended = true;
            close();
        }
    }

    private synchronized boolean takePermit() {
        permitted = permitted || permit.tryAcquire();
        return permitted;
    }

    private Connection open() throws SQLException, InterruptedException {
        synchronized (this) {
            if (connection != null) {
                return connection;
            }
        }
        Connection opened = connector.connect();
        synchronized (this) {
            if (!ended) {
                connection = opened;
                return opened;
            }
        }
        Connector.closeQuietly(opened);
        throw new SQLException("the check has been stopped", "08003");
    }
}
