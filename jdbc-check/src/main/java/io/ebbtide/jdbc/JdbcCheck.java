package io.ebbtide.jdbc;

import io.ebbtide.health.Check;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * Checks of a database by its {@link DataSource}: a connection is borrowed, validated and given back, within the check's
 * own timeout (1 s unless set). Shared: a failure degrades the service, unless {@link Check#required()} is called.
 *
 * <p>Drivers ignore timeouts when a network falls silent. So a validation that takes too long has its connection aborted
 * ({@link java.sql.Connection#abort}), which ends the read that hangs, and the pool is told to throw it away.
 *
 * <p><b>HikariCP</b> is asked first how it is. A pool whose connections are all in use is <i>busy</i>, which is not
 * broken: the check then does not queue up for one. It looks at the database by a side connection (see
 * {@link JdbcOptions#sideConnection}), is up as long as that answers, and shows the pool as exhausted in its details. A
 * pool that is closed is down at once. One that has given nobody a connection for {@link JdbcOptions#stuckAfter} although
 * the database lives is down as one that cannot recover; whether connections come back is known where the pool counts
 * its use in a Micrometer registry ({@code setMetricRegistry}; not by a tracker factory of Micrometer's).
 *
 * <p>Other data sources are just borrowed from, one attempt at a time. One that keeps no pool opens a connection for each
 * run; give its driver a time in which it must connect, or a server that accepts and never answers holds the attempt, and
 * the verdict, for ever.
 *
 * <p>Details never hold a host, a user or a password; nor does a reason: it is made from the SQL state alone.
 */
public final class JdbcCheck {
    private static final boolean HIKARI_IS_THERE = isThere("com.zaxxer.hikari.HikariDataSource");

    private JdbcCheck() {}

    /**
     * A look at the database with the default options.
     *
     * @throws IllegalStateException if the data source is a pool of a HikariCP older than 4.0
     */
    public static Check of(DataSource dataSource) {
        return of(dataSource, JdbcOptions.defaults());
    }

    /**
     * A look at the database.
     *
     * @throws IllegalStateException if the data source is a pool of a HikariCP older than 4.0
     */
    public static Check of(DataSource dataSource, JdbcOptions options) {
        Objects.requireNonNull(dataSource, "dataSource");
        var validator = new Validator(options.query());
        if (HIKARI_IS_THERE && HikariVersion.isPool(dataSource)) {
            HikariVersion.check();
            HikariLook look = HikariLook.of(dataSource, options, validator);
            return Check.of(look)
                    .dependency()
                    .platformThread()
                    .onTimeout(look::abort)
                    .onStop(look::close);
        }
        var look = new DataSourceLook(dataSource, validator);
        return Check.of(look)
                .dependency()
                .platformThread()
                .onTimeout(look::abort)
                .onStop(look::close);
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
