package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.Component;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Closes a HikariCP pool when the service stops: after the last ticket, and once all borrowed connections are returned.
 * The pool itself would abort borrowed connections at once, in the middle of a transaction. For other pools, use
 * {@link Component#closing}.
 */
public final class JdbcComponent implements Component {
    /** HikariCP reports how many are borrowed, but sends no event when that changes. */
    private static final Duration POLL_PERIOD = Duration.ofMillis(5);

    private final HikariDataSource pool;

    private JdbcComponent(HikariDataSource pool) {
        this.pool = pool;
    }

    /**
     * Returns a component that closes this pool.
     *
     * @throws IllegalStateException if the pool's HikariCP is older than 4.0
     */
    public static JdbcComponent closing(HikariDataSource pool) {
        HikariVersion.check();
        return new JdbcComponent(Expect.present(pool, "pool"));
    }

    /** Does nothing: a pool is usable from the beginning. */
    @Override
    public void start() {}

    /**
     * Waits for borrowed connections for at most nine tenths of the time, then closes the pool.
     *
     * @throws IllegalStateException if connections were still borrowed: they were aborted
     */
    @Override
    public void stop(Duration within) {
        int borrowed = awaitReturns(
                Expect.notNegative(within, "within").multipliedBy(9).dividedBy(10));
        pool.close();
        if (borrowed > 0) {
            throw new IllegalStateException("%d connection(s) of the pool were still borrowed after %s and were aborted"
                    .formatted(borrowed, Durations.text(within.multipliedBy(9).dividedBy(10))));
        }
    }

    private int awaitReturns(Duration bound) {
        Ticker ticker = Ticker.system();
        long start = ticker.nanos();
        int borrowed = borrowed();
        while (borrowed > 0
                && ticker.since(start).compareTo(bound) < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(POLL_PERIOD.toNanos());
            borrowed = borrowed();
        }
        return borrowed;
    }

    private int borrowed() {
        HikariPoolMXBean numbers = pool.isClosed() ? null : pool.getHikariPoolMXBean();
        return numbers == null ? 0 : numbers.getActiveConnections();
    }
}
