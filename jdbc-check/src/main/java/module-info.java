/** Checks of databases by JDBC. HikariCP is used where the application requires it. */
module io.ebbtide.jdbc {
    requires transitive io.ebbtide.core;
    requires transitive java.sql;
    requires static com.zaxxer.hikari;
    requires static org.jspecify;

    exports io.ebbtide.jdbc;
}
