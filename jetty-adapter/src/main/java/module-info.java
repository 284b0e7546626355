/** Jetty as a traffic source. */
module io.ebbtide.jetty {
    requires transitive io.ebbtide.core;
    requires transitive org.eclipse.jetty.server;
    requires static org.jspecify;

    exports io.ebbtide.jetty;
}
