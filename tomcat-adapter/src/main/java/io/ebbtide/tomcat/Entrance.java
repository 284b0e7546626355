package io.ebbtide.tomcat;

import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** One connector of Tomcat, with our wrappers around its port, its connections and its requests. */
final class Entrance {
    private static final long MAX_FOR_THE_PORT_MILLIS = 2_000;

    /** Longer than the 60 s after which nginx and AWS load balancers drop their idle upstream connections. */
    private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(75);

    private final Connector connector;
    private final AbstractHttp11Protocol<?> protocol;
    private final NioEndpoint endpoint;
    private volatile @Nullable Port port;
    private volatile @Nullable Connections connections;

    private Entrance(Connector connector, AbstractHttp11Protocol<?> protocol, NioEndpoint endpoint) {
        this.connector = connector;
        this.protocol = protocol;
        this.endpoint = endpoint;
    }

    /**
     * Configures a new connector.
     *
     * @param idleTimeout null for the connector's own, or the default if it has none
     * @throws IllegalArgumentException if it does not use HTTP by {@code NioEndpoint}, as Tomcat's connectors do by
     *     default
     */
    static Entrance of(Connector connector, @Nullable Duration idleTimeout, Duration handlersEnd) {
        if (!(connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> protocol)
                || !(Internals.endpoint(protocol) instanceof NioEndpoint endpoint)) {
            throw new IllegalArgumentException("connector: %s (expected: org.apache.coyote.http11.Http11NioProtocol)"
                    .formatted(connector.getProtocolHandlerClassName()));
        }
        connector.setThrowOnFailure(true);
        if (idleTimeout != null) {
            protocol.setKeepAliveTimeout(Math.toIntExact(idleTimeout.toMillis()));
        } else if (protocol.getKeepAliveTimeout() == protocol.getConnectionTimeout()) { // Tomcat's value unless set
            protocol.setKeepAliveTimeout(Math.toIntExact(DEFAULT_IDLE_TIMEOUT.toMillis()));
        }
        protocol.setUseSendfile(false); // it continues, unobserved, after the request is over
        endpoint.setBindOnInit(true);
        endpoint.setDaemon(true);
        endpoint.setExecutorTerminationTimeoutMillis(handlersEnd.toMillis());
        return new Entrance(connector, protocol, endpoint);
    }

    /** Whether the connector uses HTTP by {@code NioEndpoint}. */
    static boolean canBe(Connector connector) {
        return connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> protocol
                && Internals.endpoint(protocol) instanceof NioEndpoint;
    }

    /** Binds the port of a connector that was initialized without that, and starts next. */
    void bind() throws Exception {
        endpoint.init();
    }

    /** Closes the port of a connector that has stopped: Tomcat would do so when the connector is destroyed. */
    void unbind() throws Exception {
        endpoint.unbind();
    }

    /** Installs our wrappers, instead of earlier ones; the port is bound, and nothing has been accepted yet. */
    void guard(Traffic traffic, @Nullable Probes probes) throws IOException {
        protocol.setAdapter(new TomcatGate(TomcatGate.guarded(protocol.getAdapter()), traffic, probes));
        var guardedConnections = new Connections(Connections.guarded(endpoint.getHandler()));
        endpoint.setHandler(guardedConnections);
        connections = guardedConnections;
        var guarded = new Port(Internals.port(endpoint), endpoint::isPaused);
        Internals.port(endpoint, guarded);
        port = guarded;
    }

    int localPort() {
        return connector.getLocalPort();
    }

    String name() {
        return (protocol.isSSLEnabled() ? "https:" : "http:") + localPort();
    }

    /** Asks the clients of HTTP/2 to disconnect, by GOAWAY; those of HTTP/1.1 are asked with their next answer. */
    void beginShutdown() {
        Connections guarded = connections;
        if (guarded != null) {
            guarded.beginShutdown(); // first, so that no connection is missed
        }
        protocol.getHandler().pause();
    }

    /**
     * Closes the port; blocks until it is closed, for 2 s at most. All connections accepted before have then been read,
     * so that their requests are in flight, unless all workers are busy.
     */
    void close() throws InterruptedException, ExecutionException, IOException {
        Port open = port;
        if (open == null) {
            return;
        }
        if (!open.waits()) {
            endpoint.setMaxConnections(-1); // the accept thread may wait for a connection to end
        }
        try {
            open.closeWhenEmpty().get(MAX_FOR_THE_PORT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            open.close();
            return;
        }
        LastInLine.await(open);
    }

    /** Ends the connector: its connections, its workers, its selector. */
    void end() throws Exception {
        connector.stop();
    }

    SourceLoad load() {
        Executor executor = endpoint.getExecutor();
        int queued =
                executor instanceof ThreadPoolExecutor pool ? pool.getQueue().size() : SourceLoad.UNKNOWN;
        return new SourceLoad(
                endpoint.getConnections().size(),
                known(endpoint.getCurrentThreadsBusy()),
                known(endpoint.getMaxThreads()),
                queued);
    }

    private static int known(int number) {
        return Math.max(SourceLoad.UNKNOWN, number);
    }
}
