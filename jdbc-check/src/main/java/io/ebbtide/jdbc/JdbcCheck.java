package io.ebbtide.jdbc;

import io.ebbtide.health.Check;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Ticker;
import javax.sql.DataSource;

/**
 * Checks of a database by its {@link DataSource}: a connection is borrowed, validated and returned, within the check's
 * own timeout (1 s unless set). Shared: a failure degrades the service, unless {@link Check#required()} is called.
 *
 * <p>A connection is returned unchanged: no time limit, transaction or setting of the check outlives it.
 *
 * <p><b>HikariCP</b>: the state of the pool is read first. A pool whose connections are all in use is <i>busy</i>,
 * which is not a fault: the check then does not queue for a connection. It checks the database by a side connection
 * (see {@link JdbcOptions#sideConnection}), is up as long as that answers, and shows the pool as exhausted in its
 * details. A pool that is closed is down at once. A pool that has lent no connection for {@link JdbcOptions#stuckAfter}
 * although the database lives is down as one that cannot recover; whether connections come back is known where the pool
 * counts its use in a Micrometer registry ({@code setMetricRegistry}; not by a tracker factory of Micrometer's).
 * Drivers ignore timeouts when a network falls silent, so a validation that takes too long has its connection aborted
 * ({@link java.sql.Connection#abort}), and the pool evicts it.
 *
 * <p><b>Other data sources</b>: connections are borrowed one attempt at a time, on a thread of the check's own, and
 * never aborted, because such a pool may lend an aborted one again. An attempt that hangs keeps its one connection
 * until the database answers or the driver gives up; after 60 s one other attempt begins beside it. tomcat-jdbc, DBCP
 * 2, Druid, c3p0, Agroal (with {@code metricsEnabled}) and Oracle UCP report how many connections they have lent: where
 * that is their maximum, the check is up and shows the pool as exhausted, without queueing. A data source that keeps no
 * pool opens a connection for each run.
 *
 * <p>Details never contain a host, a user or a password; nor does a reason: it is derived from the SQL state alone.
 */
public final class JdbcCheck {
    private static final boolean HIKARI_IS_THERE = isThere("com.zaxxer.hikari.HikariDataSource");

    private JdbcCheck() {}

    /**
     * Returns a check of the database with the default options.
     *
     * @throws IllegalStateException if the data source is a pool of a HikariCP older than 4.0
     */
    public static Check of(DataSource dataSource) {
        return of(dataSource, JdbcOptions.defaults());
    }

    /**
     * Returns a check of the database with the given options.
     *
     * @throws IllegalStateException if the data source is a pool of a HikariCP older than 4.0
     */
    public static Check of(DataSource dataSource, JdbcOptions options) {
        Expect.present(dataSource, "dataSource");
        Expect.present(options, "options");
        if (HIKARI_IS_THERE && HikariVersion.isPool(dataSource)) {
            HikariVersion.check();
            HikariCheck check = HikariCheck.of(dataSource, options, new Validator(options.query()));
            return Check.of(check)
                    .dependency()
                    .platformThread()
                    .timeoutOutcome(check::whenLate)
                    .onTimeout(check::abort)
                    .onStop(check::close);
        }
        var check = new DataSourceCheck(dataSource, options.query(), Ticker.system());
        return Check.of(check)
                .dependency()
                .platformThread()
                .timeoutOutcome(check::whenLate)
                .onStop(check::close);
    }

    private static boolean isThere(String type) {
        try {
            Class.forName(type, false, JdbcCheck.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
