package io.ebbtide.jetty;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.spi.BindFailure;
import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceArguments;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Jetty 12.0 or 12.1 as a traffic source: counts its requests, serves the probes on its port, too, asks clients to
 * disconnect, drains without aborting requests. Create with {@link #http} or {@link #of}; pass to
 * {@code EbbtideBuilder.serve}; used once. Configured by one thread; after the start safe for use by many.
 *
 * <pre>{@code
 * Ebbtide.builder("orders").serve(JettySource.http(8080, handler)).build().run();
 * }</pre>
 *
 * <p>While the service shuts down, each HTTP/1.1 answer has {@code Connection: close} (RFC 9112, section 9.6) and
 * WebSocket upgrades are refused. Requests that arrive late, on connections that are open, are served. Only once
 * nothing is in flight and the gate is closed, or the time for it is over, are requests refused, with 503,
 * {@code Retry-After} and {@code Connection: close}. Connections of HTTP/2, where a given server has them, are served
 * the same, and not asked to disconnect: Jetty ends an idle connection as soon as it has asked, which races with the
 * next request.
 *
 * <p>Servlets of any version are handlers like others, such as Jetty's {@code ServletContextHandler}. Jetty's own
 * graceful shutdown is switched off, {@code stopAtShutdown} and {@code stopTimeout} with it, because it refuses
 * requests that arrive late.
 */
public final class JettySource implements TrafficSource, ProbeHost {
    /** The attribute of a request, also seen by servlets, that holds its {@link Ticket}. */
    public static final String TICKET = Ticket.REQUEST_ATTRIBUTE;

    /** Longer than the 60 s after which nginx and AWS load balancers drop their idle upstream connections. */
    private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(75);

    private static final Duration JETTYS_IDLE_TIMEOUT = Duration.ofSeconds(30);

    /** For handlers whose time is over, once before and once after they are interrupted. */
    static final Duration HANDLERS_END = Duration.ofMillis(250);

    private final @Nullable Server given;
    private final @Nullable HttpServer own;
    private @Nullable Duration idleTimeout;
    private @Nullable Probes probes;
    private volatile String name = "jetty";
    private volatile @Nullable Running running;

    private record Running(Server server, int port) {}

    private JettySource(@Nullable Server given, @Nullable HttpServer own) {
        this.given = given;
        this.own = own;
    }

    /**
     * Creates a source for plain HTTP on all addresses. The threads that read and write are separate from those that
     * run handlers, so that probes are answered while all of the latter are busy.
     *
     * @param port 1 to 65535, or 0 for any that is free, see {@link #port()}
     * @param application as for Jetty's {@code Server}; called on a thread of the server's pool, or, if its invocation
     *     type is non-blocking, on a thread that reads
     * @throws IllegalStateException if the application's Jetty is of another line than 12.0 and 12.1, or of both
     */
    public static JettySource http(int port, Handler application) {
        JettyVersions.check();
        SourceArguments.port(port);
        var source = new JettySource(null, new HttpServer(port, SourceArguments.present(application, "application")));
        source.name = "http:" + port;
        return source;
    }

    /**
     * Creates a source from a server that the user has configured: connectors, TLS, HTTP/2, pool.
     *
     * <p>Probes are answered by the threads that read. A connection that is new, or has just had an answer, needs a
     * thread of the connector's pool before it is read; where that is the server's own pool, as it is by default, and
     * all its threads are busy, a probe that comes on such a connection waits.
     *
     * @param server not started, with connectors and a handler; only this source may start and stop it. Each of its
     *     threads becomes a daemon, where its pool is Jetty's {@code QueuedThreadPool}
     * @throws IllegalStateException if the application's Jetty is of another line than 12.0 and 12.1, or of both
     */
    public static JettySource of(Server server) {
        JettyVersions.check();
        return new JettySource(SourceArguments.present(server, "server"), null);
    }

    /**
     * Sets the number of threads that read and write, {@code >= 1}; by default one for each processor, at least 2.
     *
     * @throws IllegalStateException if the server was given, which has threads of its own
     */
    public JettySource ioThreads(int count) {
        own("ioThreads", count).ioThreads = SourceArguments.threads(count, "ioThreads");
        return this;
    }

    /**
     * Sets the number of threads that run handlers, {@code >= 1}; by default 8 for each processor, at least 16.
     *
     * @throws IllegalStateException if the server was given, which has threads of its own
     */
    public JettySource workerThreads(int count) {
        own("workerThreads", count).workerThreads = SourceArguments.threads(count, "workerThreads");
        return this;
    }

    /**
     * Sets how long a connection may be idle, 1 ms to 1 day; 75 s unless set, or the value of a given server's
     * connector, if that is not Jetty's own 30 s. Must be longer than the idle timeout of the proxy in front; otherwise
     * the proxy sends a request into a connection that is just being closed.
     */
    public JettySource idleTimeout(Duration timeout) {
        idleTimeout = SourceArguments.idleTimeout(timeout);
        return this;
    }

    /**
     * Returns the ticket of a request in flight, for handlers that run for long: {@link Ticket#remaining()} returns how
     * long they may continue. May be called by any thread until the request is complete; the ticket is closed
     * automatically. In a servlet, the attribute {@link #TICKET} of the request has the same ticket.
     *
     * @throws IllegalArgumentException if the request did not come through a {@code JettySource}
     */
    public static Ticket ticket(Request request) {
        if (SourceArguments.present(request, "request").getAttribute(TICKET) instanceof Ticket ticket) {
            return ticket;
        }
        throw SourceArguments.withoutTicket("request", request.getHttpURI().getCanonicalPath(), "a JettySource");
    }

    /** Returns the port of the first connector; -1 before the start. */
    public int port() {
        Running now = running;
        return now == null ? -1 : now.port();
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
        Server server = own == null ? Objects.requireNonNull(given) : own.create();
        Handler application = server.getHandler();
        if (application == null) {
            throw new IllegalStateException(
                    "server: no handler (expected: one set by Server.setHandler() before the start)");
        }
        JettyVersions.check(server);
        var gate = new JettyGate(application);
        gate.open(traffic, probes);
        server.setHandler(gate);
        server.setStopAtShutdown(false);
        server.setStopTimeout(0);
        endInTime(server.getThreadPool());
        for (Connector connector : server.getConnectors()) {
            endInTime(connector.getExecutor());
            if (connector instanceof AbstractConnector configurable) {
                setIdleTimeout(configurable, idleTimeout);
            }
        }
        name = nameOf(server, false);
        try {
            server.start();
        } catch (Exception e) {
            try {
                server.stop();
            } catch (Exception further) {
                e.addSuppressed(further);
            }
            IOException unbound = BindFailure.of(name, e);
            throw unbound == null ? e : unbound;
        }
        name = nameOf(server, true);
        running = new Running(server, portOf(server));
    }

    @Override
    public void stopAccepting() throws Exception {
        Running now = running;
        if (now != null) {
            new Ports(now.server()).close();
        }
    }

    /**
     * Closes the remaining connections and selectors, and waits for the threads of both. Handlers that still run are
     * interrupted; those that ignore the interrupt are abandoned.
     */
    @Override
    public void close(Duration within) throws Exception {
        Running now = running;
        if (now != null) {
            now.server().stop();
        }
    }

    /** Connections; and threads, where the pool is Jetty's {@code QueuedThreadPool}. */
    @Override
    public SourceLoad load() {
        Running now = running;
        return now == null ? SourceLoad.nothingKnown() : Load.of(now.server());
    }

    /** Makes its threads daemons; Jetty waits a moment for their end before and after it interrupts them. */
    private static void endInTime(Executor executor) {
        if (executor instanceof QueuedThreadPool pool && !pool.isRunning()) {
            pool.setDaemon(true);
            pool.setStopTimeout(2 * HANDLERS_END.toMillis());
        }
    }

    /** @param configured null for our default, unless the connector's is not Jetty's */
    static void setIdleTimeout(AbstractConnector connector, @Nullable Duration configured) {
        if (configured != null) {
            connector.setIdleTimeout(configured.toMillis());
        } else if (connector.getIdleTimeout() == JETTYS_IDLE_TIMEOUT.toMillis()) {
            connector.setIdleTimeout(DEFAULT_IDLE_TIMEOUT.toMillis());
        }
    }

    private static int portOf(Server server) {
        for (Connector connector : server.getConnectors()) {
            if (connector instanceof NetworkConnector network) {
                return network.getLocalPort();
            }
        }
        return -1;
    }

    /** @param bound whether its ports are known */
    static String nameOf(Server server, boolean bound) {
        String names = Arrays.stream(server.getConnectors())
                .filter(NetworkConnector.class::isInstance)
                .map(NetworkConnector.class::cast)
                .map(each -> (each.getProtocols().contains("ssl") ? "https:" : "http:")
                        + (bound ? each.getLocalPort() : each.getPort()))
                .collect(Collectors.joining(","));
        return names.isEmpty() ? "jetty" : names;
    }

    private HttpServer own(String what, int count) {
        HttpServer server = own;
        if (server == null) {
            throw SourceArguments.ofGivenServer(what, count, "of(server)", "the threads of its pool");
        }
        return server;
    }
}
