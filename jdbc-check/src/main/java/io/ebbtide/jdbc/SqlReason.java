package io.ebbtide.jdbc;

import io.ebbtide.health.Outcome;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Map;

/**
 * Describes as generally understandable text what a database refused: by the vendor's code where it is known, else by
 * the SQL state (ISO 9075, and PostgreSQL's own).
 */
final class SqlReason {
    private static final String LOGIN_REFUSED = "login refused";
    private static final Map<String, String> BY_STATE = Map.of(
            "53300", VendorCode.TOO_MANY_CONNECTIONS,
            "08004", "database refuses connections",
            "57P01", "database is shutting down",
            "57P03", "database accepts no connections now",
            "57014", "query was cancelled",
            "3D000", "no such database");
    private static final Map<String, String> BY_CLASS = Map.of(
            "08", "no connection to the database",
            "28", LOGIN_REFUSED,
            "53", "database is out of resources",
            "42", "query is invalid or not permitted");
    private static final int DEEPEST = 16;

    private SqlReason() {}

    static Outcome of(Throwable failure) {
        String reason = failure instanceof SQLException sql
                ? reason(sql)
                : "failed with " + failure.getClass().getSimpleName();
        return Outcome.down(reason).causedBy(failure);
    }

    /** Whether this is the answer of a live database, or of a proxy before it, that accepts no more connections. */
    static boolean isOfALiveDatabase(Outcome outcome) {
        if (!(outcome.cause() instanceof SQLException failure)) {
            return false;
        }
        SQLException innermost = innermost(failure);
        String state = innermost.getSQLState();
        VendorCode code = VendorCode.of(innermost);
        if (code != null) {
            return code.isAlive();
        }
        return state != null
                && (state.startsWith("53") || state.equals("08004") || isAnswerOfAPostgres(innermost, state));
    }

    /**
     * Any answer of a PostgreSQL server, or of PgBouncer, to a login shows that it is alive, whatever the state
     * ({@code 08P01} at PgBouncer's {@code max_client_conn}), unless it starts, stops, or refuses the login or the
     * database. The driver raises 08P01 itself, too, without a server's message.
     */
    private static boolean isAnswerOfAPostgres(SQLException failure, String state) {
        if (state.startsWith("57P") || state.startsWith("28") || state.startsWith("3D")) {
            return false;
        }
        return isServersMessage(failure) && !LOGIN_REFUSED.equals(reasonOfPgBouncer(failure));
    }

    private static boolean isServersMessage(SQLException failure) {
        try {
            return failure.getClass().getName().startsWith("org.postgresql.")
                    && failure.getClass().getMethod("getServerErrorMessage").invoke(failure) != null;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static String reason(SQLException failure) {
        SQLException innermost = innermost(failure);
        VendorCode code = VendorCode.of(innermost);
        if (code != null) {
            return code.reason();
        }
        String state = innermost.getSQLState();
        if (state == null || state.length() != 5) {
            return failure instanceof SQLTransientException || failure.getCause() instanceof InterruptedException
                    ? "no connection in time"
                    : "failed with " + failure.getClass().getSimpleName();
        }
        if (state.equals("08P01") && isServersMessage(innermost)) {
            return reasonOfPgBouncer(innermost);
        }
        String known = BY_STATE.get(state);
        return known != null
                ? known
                : BY_CLASS.getOrDefault(state.substring(0, 2), "database reported SQL state " + state);
    }

    /** PgBouncer to 1.18 refuses every login by 08P01, and states the cause in English (its source, client.c). */
    private static String reasonOfPgBouncer(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.contains("no more connections allowed")) {
            return VendorCode.TOO_MANY_CONNECTIONS;
        }
        if (message.contains("no such user") || message.contains("authentication failed")) {
            return LOGIN_REFUSED;
        }
        return message.contains("no such database") ? "no such database" : "connection pooler refuses the login";
    }

    /** The database's own exception, which a pool wraps. */
    private static SQLException innermost(SQLException failure) {
        SQLException innermost = failure;
        Throwable each = failure;
        for (int depth = 0; each != null && depth < DEEPEST; depth++, each = each.getCause()) {
            if (each instanceof SQLException sql && (sql.getSQLState() != null || sql.getErrorCode() != 0)) {
                innermost = sql;
            }
        }
        return innermost;
    }
}
