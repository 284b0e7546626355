package io.ebbtide.jdbc;

import io.ebbtide.health.Outcome;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says in words that anybody may read what a database refused, by the SQL state (ISO 9075, and PostgreSQL's own). */
final class SqlReason {
    private static final Map<String, String> BY_STATE = Map.of(
            "53300", "database has too many connections",
            "08004", "database refuses connections",
            "57P01", "database is shutting down",
            "57P02", "database has crashed",
            "57P03", "database is starting up",
            "57014", "query was cancelled",
            "3D000", "no such database");
    private static final Map<String, String> BY_CLASS = Map.of(
            "08", "no connection to the database",
            "28", "login refused",
            "53", "database is out of resources",
            "42", "query is wrong or not allowed");
    private static final int DEEPEST = 16;

    private SqlReason() {}

    static Outcome of(SQLException failure) {
        return Outcome.down(reason(failure)).causedBy(failure);
    }

    /** Whether this is what a live database says that takes no more connections. */
    static boolean isOfALiveDatabase(Outcome outcome) {
        String state = outcome.cause() instanceof SQLException failure ? innermostState(failure) : null;
        return state != null && (state.startsWith("53") || state.equals("08004"));
    }

    private static String reason(SQLException failure) {
        String state = innermostState(failure);
        if (state == null || state.length() != 5) {
            return failure instanceof SQLTransientException || failure.getCause() instanceof InterruptedException
                    ? "no connection in time"
                    : "failed with " + failure.getClass().getSimpleName();
        }
        String known = BY_STATE.get(state);
        return known != null ? known : BY_CLASS.getOrDefault(state.substring(0, 2), "database said " + state);
    }

    /** A pool wraps what the database said. */
    private static @Nullable String innermostState(SQLException failure) {
        String state = null;
        Throwable each = failure;
        for (int depth = 0; each != null && depth < DEEPEST; depth++, each = each.getCause()) {
            if (each instanceof SQLException sql && sql.getSQLState() != null) {
                state = sql.getSQLState();
            }
        }
        return state;
    }
}
