/**
 * Shuts a service down gracefully and reports its health truthfully.
 *
 * <p>{@code java.management} and {@code jdk.unsupported} are required, not optional: {@code java -m} resolves no module of the JDK
 * that nothing requires, and without the one there is no heap check, without the other no handler of SIGTERM.
 */
// The adapters are built after this; Micrometer has a module name and no descriptor.
@SuppressWarnings({"module", "requires-transitive-automatic"})
module io.ebbtide.core {
    requires transitive micrometer.core;
    requires com.fasterxml.jackson.core;
    requires java.management;
    requires jdk.unsupported;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.ebbtide;
    exports io.ebbtide.budget;
    exports io.ebbtide.health;
    exports io.ebbtide.inflight;
    exports io.ebbtide.lifecycle;
    exports io.ebbtide.management;
    exports io.ebbtide.metrics;
    exports io.ebbtide.probe;
    exports io.ebbtide.report;
    exports io.ebbtide.spi;
    exports io.ebbtide.work;
    exports io.ebbtide.internal to
            io.ebbtide.autoscale,
            io.ebbtide.jdbc,
            io.ebbtide.lint,
            io.ebbtide.redis,
            io.ebbtide.servlet,
            io.ebbtide.testkit;
}
