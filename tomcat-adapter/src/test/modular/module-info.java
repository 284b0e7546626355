/** A service of Tomcat in a named module. */
module example.orders {
    requires io.ebbtide.tomcat;
}
