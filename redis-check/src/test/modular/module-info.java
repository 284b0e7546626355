/** A service of Redis in a named module. */
module example.orders {
    requires io.ebbtide.redis;

    // Lettuce 7 has no descriptor that could require these.
    requires io.netty.resolver.dns;
    requires jdk.net;
}
