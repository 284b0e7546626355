package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import com.zaxxer.hikari.util.PropertyElf;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Opens connections as a pool does, with the pool's present login. Used by one thread at a time. */
final class PoolLogin {
    private final HikariDataSource pool;
    private @Nullable DataSource source;

    private record Credentials(
            @Nullable String user, @Nullable String password) {}

    PoolLogin(HikariDataSource pool) {
        this.pool = pool;
    }

    /** Whether the pool reveals enough for a connection of the same kind; one from JNDI does not. */
    boolean isKnown() {
        return pool.getDataSource() != null || pool.getJdbcUrl() != null || pool.getDataSourceClassName() != null;
    }

    Connection open() throws SQLException {
        Credentials credentials = credentials();
        DataSource target = target(credentials);
        return credentials.user() == null
                ? target.getConnection()
                : target.getConnection(credentials.user(), credentials.password());
    }

    private DataSource target(Credentials credentials) throws SQLException {
        DataSource own = pool.getDataSource();
        if (own != null) {
            return own;
        }
        DataSource made = source;
        if (made == null) {
            String type = pool.getDataSourceClassName();
            made = type == null ? driver(credentials) : instance(type);
            source = made;
        }
        return made;
    }

    private DataSource driver(Credentials credentials) {
        return new DriverDataSource(
                pool.getJdbcUrl(),
                pool.getDriverClassName(),
                properties(pool.getJdbcUrl()),
                credentials.user(),
                credentials.password());
    }

    /**
     * pgjdbc sends two queries of its own after the login, unless it may assume a PostgreSQL of 9.0 or later: PgBouncer
     * keeps them in its queue, and a login that it has answered then resembles an unanswered one.
     */
    private Properties properties(String url) {
        var properties = new Properties();
        if (url.startsWith("jdbc:postgresql:")) {
            properties.setProperty("assumeMinServerVersion", "9.0");
        }
        properties.putAll(pool.getDataSourceProperties());
        return properties;
    }

    private DataSource instance(String type) throws SQLException {
        try {
            DataSource made = Class.forName(type)
                    .asSubclass(DataSource.class)
                    .getDeclaredConstructor()
                    .newInstance();
            PropertyElf.setTargetFromProperties(made, pool.getDataSourceProperties());
            return made;
        } catch (ReflectiveOperationException e) {
            throw new SQLException("the pool's data source cannot be created: " + type, "0A000", e);
        }
    }

    /** By reflection if there is a provider: HikariCP has them since 7. */
    private Credentials credentials() throws SQLException {
        try {
            Method getter = HikariDataSource.class.getMethod("getCredentialsProvider");
            Object provider = getter.invoke(pool);
            if (provider != null) {
                Object credentials =
                        getter.getReturnType().getMethod("getCredentials").invoke(provider);
                return new Credentials(
                        (String) credentials.getClass().getMethod("getUsername").invoke(credentials),
                        (String) credentials.getClass().getMethod("getPassword").invoke(credentials));
            }
        } catch (NoSuchMethodException e) {
            // an older version
        } catch (ReflectiveOperationException e) {
            throw new SQLException("the pool's credentials provider failed", "28000", e);
        }
        return new Credentials(pool.getUsername(), pool.getPassword());
    }
}
