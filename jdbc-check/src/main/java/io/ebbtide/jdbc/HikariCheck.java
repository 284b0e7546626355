package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.ebbtide.health.Outcome;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads a pool's state first, and borrows from it only if no other borrower has to wait for that. One run at a time. */
final class HikariCheck implements Callable<Outcome> {
    private final HikariDataSource pool;
    private final JdbcOptions options;
    private final Validator validator;
    private final SideConnection side;
    private final Turnover turnover;
    private final Ticker ticker;
    private volatile @Nullable Shortage shortage;
    private volatile @Nullable PoolState asked;
    private boolean failedBefore;

    /** No borrower gets a connection without waiting, and since when. */
    private record Shortage(long sinceNanos, boolean starved, OptionalLong turnover) {}

    private HikariCheck(HikariDataSource pool, JdbcOptions options, Validator validator, Ticker ticker) {
        this.pool = pool;
        this.options = options;
        this.validator = validator;
        this.ticker = ticker;
        side = new SideConnection(pool);
        turnover = new Turnover(pool);
    }

    static HikariCheck of(DataSource dataSource, JdbcOptions options, Validator validator) {
        try {
            return new HikariCheck(dataSource.unwrap(HikariDataSource.class), options, validator, Ticker.system());
        } catch (SQLException e) {
            throw new IllegalArgumentException(
                    "dataSource: %s (expected: unwrap() returns a HikariDataSource, as isWrapperFor() claims)"
                            .formatted(dataSource.getClass().getName()),
                    e);
        }
    }

    @Override
    public Outcome call() throws InterruptedException {
        if (pool.isClosed()) {
            return Outcome.down("pool is closed");
        }
        HikariPoolMXBean numbers = pool.getHikariPoolMXBean();
        if (numbers == null) { // it starts with the first borrowed connection
            return borrowed();
        }
        if (!pool.isRunning()) {
            return Outcome.down("pool is suspended");
        }
        var state = PoolState.of(numbers, pool.getMaximumPoolSize());
        if (state.isExhausted() || state.isStarved()) {
            return state.shownIn(inShortage(state));
        }
        shortage = null;
        Outcome outcome = state.total() == 0 && failedBefore ? freshlyConnected() : borrowed();
        if (outcome.passed()) {
            side.close();
        }
        failedBefore = !outcome.passed();
        return state.shownIn(outcome);
    }

    /** A pool that has lost all its connections would make the check wait; the database itself fails at once if it is gone. */
    private Outcome freshlyConnected() throws InterruptedException {
        Outcome database = aside();
        return database == null || database.passed() ? borrowed() : database;
    }

    private @Nullable Outcome aside() throws InterruptedException {
        return options.sideConnection() ? side.check() : null;
    }

    /** Called when a run has taken too long. */
    void abort() {
        validator.abort();
        side.abort();
    }

    /** Called when the check is over. */
    void close() {
        validator.abort();
        side.end();
    }

    private Outcome borrowed() {
        try (Connection connection = pool.getConnection()) {
            if (Thread.currentThread().isInterrupted()) { // borrowing took all the time
                return Outcome.down("no connection in time");
            }
            Outcome outcome = validator.validate(connection);
            if (!outcome.passed() || validator.wasAborted()) {
                pool.evictConnection(connection); // the application must not get it
            }
            return outcome;
        } catch (SQLException e) {
            return SqlReason.of(e);
        }
    }

    private Outcome inShortage(PoolState state) throws InterruptedException {
        Shortage now = shortage;
        if (now == null || now.starved() != state.isStarved() || connectionsCameBack(now)) {
            now = new Shortage(ticker.nanos(), state.isStarved(), turnover.count());
            shortage = now;
        }
        Outcome database;
        asked = state;
        try {
            database = aside();
        } finally {
            asked = null;
        }
        if (database == null || (state.isExhausted() && SqlReason.isOfALiveDatabase(database))) {
            // a busy pool is not blamed for unknown facts, and a database that is overloaded is alive
            database = Outcome.up().with("sideConnection", database == null ? "none" : "refused");
        }
        return judged(database, now);
    }

    /**
     * The outcome of a run that takes too long; null for a failure. While a pool is exhausted, an answered login and an
     * unanswered query are no evidence about the database.
     */
    @Nullable
    Outcome whenLate() {
        PoolState state = asked;
        Shortage now = shortage;
        if (state == null || now == null || !state.isExhausted() || !side.isValidating()) {
            return null;
        }
        return state.shownIn(judged(Outcome.up().with("sideConnection", "no answer"), now));
    }

    private Outcome judged(Outcome side, Shortage now) {
        Duration lasted = ticker.since(now.sinceNanos());
        Outcome database = side;
        if (database.passed() && lasted.compareTo(options.stuckAfter()) > 0 && isStuck(now)) {
            database = Outcome.down(reason(now, lasted));
        }
        return database.with("shortageSeconds", lasted.toSeconds());
    }

    private boolean connectionsCameBack(Shortage since) {
        return !turnover.count().equals(since.turnover());
    }

    /**
     * A pool exhausted for long is busy, or has a leak. A leak is reported only if it is known that no connection comes
     * back.
     */
    private static boolean isStuck(Shortage shortage) {
        return shortage.starved() || shortage.turnover().isPresent();
    }

    private static String reason(Shortage shortage, Duration lasted) {
        String what = shortage.starved()
                ? "the database answers, but the pool gets no connection"
                : "every connection is borrowed and none was returned";
        return "pool cannot recover: " + what + " for " + Durations.text(Duration.ofSeconds(lasted.toSeconds()));
    }
}
