package io.ebbtide.tomcat;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceArguments;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;

/**
 * Embedded Tomcat 10.1 or 11 as a traffic source: counts its requests, serves the probes on its port, too, asks clients
 * to disconnect, drains without aborting requests. Create with {@link #http} or {@link #of}; pass to
 * {@code EbbtideBuilder.serve}; used once. Configured by one thread; after the start safe for use by many.
 *
 * <pre>{@code
 * Ebbtide.builder("orders")
 *         .serve(TomcatSource.http(
 *                 8080, context -> Tomcat.addServlet(context, "orders", new OrdersServlet()).addMapping("/")))
 *         .build()
 *         .run();
 * }</pre>
 *
 * <p>While the service shuts down, each HTTP/1.1 answer has {@code Connection: close} (RFC 9112, section 9.6),
 * connections of HTTP/2 get GOAWAY and WebSocket upgrades are refused. Requests that arrive late, on connections that
 * are open, are served. Only once nothing is in flight and the gate is closed, or the time for it is over, are requests
 * refused, with 503, {@code Retry-After} and {@code Connection: close}.
 *
 * <p>Tomcat logs each step of its start and stop to {@code java.util.logging}. These lines are hidden unless a level
 * has been set for {@code org.apache.catalina}, {@code org.apache.coyote} or {@code org.apache.tomcat}; warnings stay.
 */
public final class TomcatSource implements TrafficSource, ProbeHost {
    private final @Nullable Tomcat theirs;
    private final Consumer<Context> application;
    private final int httpPort;
    private int workerThreads = 8 * Math.max(2, Runtime.getRuntime().availableProcessors());
    private @Nullable Duration idleTimeout;
    private @Nullable Probes probes;
    private volatile String name;
    private volatile int port = -1;
    private volatile @Nullable Server server;

    private TomcatSource(@Nullable Tomcat theirs, int httpPort, Consumer<Context> application, String name) {
        this.theirs = theirs;
        this.httpPort = httpPort;
        this.application = application;
        this.name = name;
    }

    /**
     * Creates a source for plain HTTP/1.1 on all addresses, with one context at the root.
     *
     * @param port 1 to 65535, or 0 for any that is free, see {@link #port()}
     * @param application adds servlets and filters to the context; called once, on the thread that starts the service
     * @throws IllegalStateException if the application's Tomcat is of another line than 10.1 and 11.0
     */
    public static TomcatSource http(int port, Consumer<Context> application) {
        TomcatVersion.check();
        SourceArguments.port(port);
        return new TomcatSource(null, port, SourceArguments.present(application, "application"), "http:" + port);
    }

    /**
     * Creates a source from a Tomcat configured by its own API: connectors, TLS, HTTP/2, hosts, contexts, valves.
     *
     * @param tomcat not started yet; each of its connectors must use HTTP by NIO, as they do by default. This adapter
     *     sets their idle timeout, see {@link #idleTimeout}, disables sendfile, and makes their threads daemons. Its base folder, which Tomcat
     *     creates in the working directory by default, is not deleted.
     * @throws IllegalStateException if the application's Tomcat is of another line than 10.1 and 11.0
     */
    public static TomcatSource of(Tomcat tomcat) {
        TomcatVersion.check();
        return new TomcatSource(SourceArguments.present(tomcat, "tomcat"), -1, context -> {}, "tomcat");
    }

    /**
     * Sets the number of threads that run the application, {@code >= 1}; by default 8 for each processor, at least 16.
     *
     * @throws IllegalStateException if Tomcat has been configured by its own API: set {@code maxThreads} there
     */
    public TomcatSource workerThreads(int count) {
        if (theirs != null) {
            throw SourceArguments.ofGivenServer("workerThreads", count, "of(tomcat)", "maxThreads of its connectors");
        }
        workerThreads = SourceArguments.threads(count, "workerThreads");
        return this;
    }

    /**
     * Sets how long a connection may be idle between two requests, 1 ms to 1 day; 75 s unless set, or the {@code
     * keepAliveTimeout} of a given Tomcat's connector, if that was set. Must be longer than the idle timeout of the proxy in
     * front; otherwise the proxy sends a request into a connection that is just being closed.
     */
    public TomcatSource idleTimeout(Duration timeout) {
        idleTimeout = SourceArguments.idleTimeout(timeout);
        return this;
    }

    /**
     * Returns the ticket of a request in flight, for handlers that run for long: {@link Ticket#remaining()} returns how
     * long they may continue. May be called by any thread until the request is over; the ticket is closed
     * automatically. The attribute {@link Ticket#REQUEST_ATTRIBUTE} of the request has the same ticket.
     *
     * @param request an {@code HttpServletRequest}, wrapped or not
     * @throws IllegalArgumentException if the request did not come through a {@code TomcatSource}
     */
    public static Ticket ticket(ServletRequest request) {
        if (SourceArguments.present(request, "request").getAttribute(Ticket.REQUEST_ATTRIBUTE)
                instanceof Ticket ticket) {
            return ticket;
        }
        String path = request instanceof HttpServletRequest http ? http.getRequestURI() : null;
        throw SourceArguments.withoutTicket("request", path, "a TomcatSource");
    }

    /** Returns the port of the first connector; -1 before the start. */
    public int port() {
        return port;
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
    public void start(Traffic traffic) throws Exception {
        TomcatLog.quieten();
        Tomcat configured = theirs;
        Server starting =
                configured == null ? Server.http(httpPort, workerThreads, application) : Server.of(configured);
        starting.start(name, traffic, probes, idleTimeout);
        name = starting.name();
        port = starting.port();
        server = starting;
    }

    /** Asks the clients of HTTP/2 to disconnect, by GOAWAY; those of HTTP/1.1 are asked with their next answer. */
    @Override
    public void beginShutdown() {
        Server now = server;
        if (now != null) {
            now.beginShutdown();
        }
    }

    @Override
    public void stopAccepting() throws Exception {
        Server now = server;
        if (now != null) {
            now.stopAccepting();
        }
    }

    /**
     * Closes the remaining connections, selectors and Tomcat's threads. Handlers that still run are interrupted; those
     * that ignore the interrupt are abandoned, after 250 ms for each connector; and with {@link #of}, after the
     * {@code unloadDelay} of their context, too, which is 2 s unless set.
     */
    @Override
    public void close(Duration within) throws Exception {
        Server now = server;
        if (now != null) {
            now.close();
        }
    }

    @Override
    public SourceLoad load() {
        Server now = server;
        return now == null ? SourceLoad.nothingKnown() : now.load();
    }
}
