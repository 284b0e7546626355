package io.ebbtide.spring;

import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.health.Check;
import io.ebbtide.jdbc.JdbcCheck;
import io.ebbtide.jdbc.JdbcOptions;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Links to classes that an application may lack. Stateless. */
final class HikariReplacement {
    private HikariReplacement() {}

    /**
     * Returns a check of a HikariCP pool; null for any other data source, as its own indicator knows as much of it.
     *
     * @param query of the indicator; null or empty for isValid
     */
    static @Nullable Check check(Object dataSource, @Nullable String query) {
        if (!(dataSource instanceof DataSource pool) || !isHikari(pool)) {
            return null;
        }
        JdbcOptions options = JdbcOptions.defaults();
        return JdbcCheck.of(pool, query == null || query.isBlank() ? options : options.withQuery(query));
    }

    private static boolean isHikari(DataSource dataSource) {
        try {
            return dataSource.isWrapperFor(HikariDataSource.class);
        } catch (SQLException | RuntimeException e) { // one that routes may throw without a tenant
            return false;
        }
    }
}
