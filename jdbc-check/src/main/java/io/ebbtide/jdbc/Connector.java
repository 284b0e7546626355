package io.ebbtide.jdbc;

import io.ebbtide.internal.Threads;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Opens connections, one attempt at a time. Safe for use by many threads. */
final class Connector {
    /*
     * A driver that waits for a silent server ignores interrupts, and may start a thread of its own for each attempt.
     * So an attempt has a thread that is never interrupted, and runs wait for it; a run that gives up passes the
     * attempt on to the next run, and there is never a second attempt. A connection that comes when the check is over
     * is closed.
     */
    private final Opening opening;
    private @Nullable CompletableFuture<Connection> pending;
    private boolean closed;

    /** Opens a connection; may block for ever. */
    @FunctionalInterface
    interface Opening {
        Connection open() throws SQLException;
    }

    Connector(Opening opening) {
        this.opening = opening;
    }

    /** Waits for a connection until it comes, or until interrupted. */
    Connection connect() throws SQLException, InterruptedException {
        CompletableFuture<Connection> attempt = attempt();
        try {
            Connection connection = attempt.get();
            forget(attempt);
            return connection;
        } catch (ExecutionException e) {
            forget(attempt);
            throw e.getCause() instanceof SQLException failure ? failure : new SQLException(e.getCause());
        }
    }

    /** Called when no connection is needed any more. */
    @SuppressWarnings("FutureReturnValueIgnored") // the end of an ended attempt is not awaited
    synchronized void close() {
        closed = true;
        if (pending != null) {
            pending.thenAccept(Connector::closeQuietly);
        }
    }

    static void closeQuietly(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // it is closed all the same
            }
        }
    }

    private synchronized CompletableFuture<Connection> attempt() throws SQLException {
        if (closed) {
            throw new SQLException("the check has been stopped", "08003");
        }
        CompletableFuture<Connection> last = pending;
        if (last == null) {
            last = begin();
            pending = last;
        }
        return last;
    }

    private CompletableFuture<Connection> begin() {
        var attempt = new CompletableFuture<Connection>();
        Threads.daemon("ebbtide-jdbc-connect", () -> {
                    try {
                        attempt.complete(opening.open());
                    } catch (SQLException | RuntimeException | Error e) {
                        attempt.completeExceptionally(e);
                    }
                })
                .start();
        return attempt;
    }

    private synchronized void forget(CompletableFuture<Connection> attempt) {
        if (pending == attempt) {
            pending = null;
        }
    }
}
