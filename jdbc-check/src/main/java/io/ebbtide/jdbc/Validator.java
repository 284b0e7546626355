package io.ebbtide.jdbc;

import io.ebbtide.health.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Checks whether a connection is good. One validation at a time; {@link #abort} may be called by any thread. */
final class Validator {
    /** For drivers that continue to hang although their connection was aborted. */
    private static final int LAST_RESORT_SECONDS = 30;

    private final @Nullable String query;
    private @Nullable Connection current;
    private boolean aborted;

    /** @param query null for {@code isValid} */
    Validator(@Nullable String query) {
        this.query = query;
    }

    /** Whether the connection passes the validation. Blocks until it answers or is aborted. */
    Outcome validate(Connection connection) {
        synchronized (this) {
            current = connection;
            aborted = false;
        }
        try {
            return Validation.of(connection, query, LAST_RESORT_SECONDS);
        } catch (SQLException e) {
            return SqlReason.of(e);
        } finally {
            synchronized (this) {
                current = null;
            }
        }
    }

    /**
     * Ends a validation that hangs, by ending its connection. Under the lock: a validation that ends at the same moment
     * waits, so that the connection is not returned, lent to another borrower, and then ended.
     */
    synchronized void abort() {
        Connection hanging = current;
        if (hanging != null) {
            aborted = true;
            try {
                hanging.abort(Runnable::run);
            } catch (SQLException e) {
                // it is unusable all the same
            }
        }
    }

    /** Whether the last validation was aborted, so that its connection is unusable. */
    synchronized boolean wasAborted() {
        return aborted;
    }
}
