/** A service of Jetty in a named module. */
module example.orders {
    requires io.ebbtide.jetty;
}
