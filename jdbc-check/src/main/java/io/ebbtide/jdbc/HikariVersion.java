package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.spi.LibraryVersion;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The version of HikariCP that the application uses, if any. Links to its data source alone. Stateless. */
final class HikariVersion {
    private HikariVersion() {}

    static boolean isPool(DataSource dataSource) {
        try {
            return dataSource.isWrapperFor(HikariDataSource.class);
        } catch (SQLException | RuntimeException | LinkageError e) { // one that routes may throw without a tenant
            return false;
        }
    }

    /** Refuses a version that is too old, before any class that needs a later one is linked. */
    static void check() {
        LibraryVersion.requireAtLeast(
                "HikariCP",
                LibraryVersion.of(HikariDataSource.class, "HikariCP", "com.zaxxer/HikariCP"),
                4,
                0,
                "set such a version of com.zaxxer:HikariCP in dependencyManagement");
    }
}
