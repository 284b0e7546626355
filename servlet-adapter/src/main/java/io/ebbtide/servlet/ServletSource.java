package io.ebbtide.servlet;

import io.ebbtide.internal.Ticker;
import io.ebbtide.spi.LibraryVersion;
import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceArguments;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A web application as a traffic source: the requests that pass its {@link InFlightFilter}. Create with {@link #of};
 * pass to {@code EbbtideBuilder.serve} and register in a context; used once. Safe for use by many threads.
 *
 * <p>A web application in which the container finds this library already has one, see {@link EbbtideListener}. An
 * application that embeds a container creates one:
 *
 * <pre>{@code
 * var source = ServletSource.of("web");
 * source.registerIn(servletContext);
 * Ebbtide.builder("orders").serve(source).build().start();
 * }</pre>
 *
 * <p>It has no ports, so it neither closes nor aborts any: the container does.
 */
public final class ServletSource implements TrafficSource, ProbeHost {
    private static final String ATTRIBUTE = ServletSource.class.getName();

    private final String name;
    private final Connections connections = new Connections();
    private final ErrorPages errorPages = new ErrorPages(Ticker.system());
    private volatile String probePath = "/health";
    private volatile boolean contextStops;
    private volatile @Nullable Traffic traffic;
    private volatile @Nullable Probes probes;

    private ServletSource(String name) {
        this.name = SourceArguments.text(name, "name");
    }

    /** Creates a source of this name, which appears in reports. */
    public static ServletSource of(String name) {
        return new ServletSource(name);
    }

    /**
     * Registers the filter before all others, the servlet at {@code /health/*} and the listener that reports the end of
     * a request. Registrations of the application under the same names, or for the same path, stay. Does not block.
     *
     * @param context must not have been initialized yet
     * @throws IllegalStateException if it has been, or if the container's servlet API is older than 6.0
     * @throws IllegalArgumentException if the context parameter {@code ebbtide.probe-path} is wrong
     */
    public void registerIn(ServletContext context) {
        registerIn(context, ServiceLifecycle.NONE);
    }

    /**
     * Does the same for a service that the filter starts and ends, with its probes at the path of a context parameter.
     *
     * @throws IllegalArgumentException if that parameter is wrong
     * @return false if the application has a filter of that name, so that ours is not registered
     */
    boolean registerIn(ServletContext context, ServiceLifecycle life) {
        LibraryVersion.requireAtLeast(
                "servlet API of the container",
                LibraryVersion.parse(context.getMajorVersion() + "." + context.getMinorVersion()),
                6,
                0,
                "use a container of Jakarta EE 10 or later, such as Tomcat 10.1 or Jetty 12");
        context.setAttribute(ATTRIBUTE, this);
        probePath = new ContextSettings(context).probePath();
        return new Registration(context, probePath)
                .run(new InFlightFilter(this, life), new HealthServlet(this, life), new EndOfRequest(errorPages));
    }

    /** The source that is registered in the context; null if none is. */
    static @Nullable ServletSource in(ServletContext context) {
        return context.getAttribute(ATTRIBUTE) instanceof ServletSource source ? source : null;
    }

    /** Null before the start. */
    @Nullable
    Traffic traffic() {
        return traffic;
    }

    /** Null until it belongs to a service. */
    @Nullable
    Probes probes() {
        return probes;
    }

    /** The container is about to stop the context, and may have closed its connections. */
    void contextStopping() {
        contextStops = true;
        errorPages.stop();
    }

    boolean contextStops() {
        return contextStops;
    }

    /** Below the context's path. */
    String probePath() {
        return probePath;
    }

    ErrorPages errorPages() {
        return errorPages;
    }

    Connections connections() {
        return connections;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void serveProbes(Probes theProbes) {
        probes = theProbes;
    }

    @Override
    public void start(Traffic theTraffic) {
        traffic = theTraffic;
    }

    @Override
    public void stopAccepting() {
        // the ports are the container's
    }

    @Override
    public void close(Duration within) {
        // and so are the connections
    }
}
