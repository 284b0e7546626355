/**
 * Checks of Redis by Lettuce.
 *
 * <p>Lettuce has a module name and no descriptor, so it cannot require Netty, whose jars have descriptors and which
 * {@code java -m} would not resolve: this module requires it instead.
 */
@SuppressWarnings("requires-transitive-automatic")
module io.ebbtide.redis {
    requires transitive io.ebbtide.core;
    requires transitive lettuce.core;
    requires io.netty.common;
    requires io.netty.handler;
    requires static org.jspecify;

    exports io.ebbtide.redis;
}
