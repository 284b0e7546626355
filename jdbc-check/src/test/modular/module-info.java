/** A service of a pool of HikariCP in a named module. */
module example.orders {
    requires io.ebbtide.jdbc;
    requires com.zaxxer.hikari;
}
