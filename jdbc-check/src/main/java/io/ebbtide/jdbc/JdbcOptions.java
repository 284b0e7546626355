package io.ebbtide.jdbc;

import io.ebbtide.internal.Expect;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a check uses its data source. Immutable.
 *
 * @param query run on the connection, its result not read; null for {@link java.sql.Connection#isValid}
 * @param sideConnection whether, while a pool is exhausted or has lost all its connections, the check may open one
 *     connection beside it to determine whether the database lives. At most one for each pool, only during that time:
 *     count one more for each pod against the database's limit
 * @param stuckAfter how long a pool may lend no connection, although the database lives, until it counts as one that
 *     cannot recover, {@code > 0} and at most 365 days
 */
public record JdbcOptions(@Nullable String query, boolean sideConnection, Duration stuckAfter) {
    private static final JdbcOptions DEFAULTS = new JdbcOptions(null, true, Duration.ofMinutes(2));

    public JdbcOptions {
        if (query != null && query.isBlank()) {
            throw new IllegalArgumentException("query: '%s' (expected: SQL, or null for isValid)".formatted(query));
        }
        Expect.positive(stuckAfter, "stuckAfter");
    }

    /** Returns {@code isValid}, a side connection where one is needed, stuck after 2 min. */
    public static JdbcOptions defaults() {
        return DEFAULTS;
    }

    /** Returns a copy with the given query instead of {@code isValid}. */
    public JdbcOptions withQuery(String newQuery) {
        return new JdbcOptions(Expect.present(newQuery, "newQuery"), sideConnection, stuckAfter);
    }

    /** Returns a copy without a side connection: an exhausted pool then counts as up for as long as it is not stuck. */
    public JdbcOptions withoutSideConnection() {
        return new JdbcOptions(query, false, stuckAfter);
    }

    /** Returns a copy with the given time after which a pool counts as stuck. */
    public JdbcOptions withStuckAfter(Duration newStuckAfter) {
        return new JdbcOptions(query, sideConnection, newStuckAfter);
    }
}
