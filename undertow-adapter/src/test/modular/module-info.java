/** A service of Undertow in a named module, which reads Undertow on the class path. */
module example.orders {
    requires io.ebbtide.core;
    requires io.ebbtide.undertow;
}
