package io.ebbtide.jetty;

import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceArguments;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * A Jetty 12.0 or 12.1 that a framework configures, starts and stops, as a traffic source: as {@link JettySource}, but for the start
 * and the end, which are the framework's. For authors of integrations.
 *
 * <p>The order is: {@link #guard} for a server, before it starts; then the start of the service; then that of the connectors, by the
 * framework. At the end the service drains; then the framework stops Jetty. A framework may stop and start the connectors again, in a
 * new service that is given the same source.
 *
 * <p>Sets the idle timeout of connectors that have Jetty's own 30 s to 75 s, and switches Jetty's graceful shutdown off. Threads remain
 * what they are: a framework may rely on them to keep the JVM alive.
 *
 * <p>Safe for use by many threads.
 */
public final class EmbeddedJetty implements TrafficSource, ProbeHost {
    private record Guarded(Server server, JettyGate gate) {}

    private volatile @Nullable Guarded guarded;
    private volatile @Nullable Probes probes;
    private volatile @Nullable Traffic traffic;

    /**
     * Creates a source without a server.
     *
     * @throws IllegalStateException if the application's Jetty is of another line than 12.0 and 12.1, or of both
     */
    public EmbeddedJetty() {
        JettyVersions.check();
    }

    /**
     * Takes a server; only once.
     *
     * @param server with its connectors and its outermost handler, not started
     * @throws IllegalStateException if the server has no handler, or parts of it are of another line
     */
    public void guard(Server server) {
        SourceArguments.present(server, "server");
        if (server.getHandler() == null) {
            throw new IllegalStateException("server: no handler (expected: one set before the server is guarded)");
        }
        JettyVersions.check(server);
        var gate = new JettyGate(server.getHandler());
        server.setHandler(gate);
        server.setStopAtShutdown(false);
        server.setStopTimeout(0);
        if (server.getThreadPool() instanceof QueuedThreadPool pool) {
            pool.setStopTimeout(2 * JettySource.HANDLERS_END.toMillis());
        }
        for (Connector connector : server.getConnectors()) {
            if (connector instanceof AbstractConnector configurable) {
                JettySource.setIdleTimeout(configurable, null);
            }
            connector.addEventListener(new LifeCycle.Listener() {
                @Override
                public void lifeCycleStarting(LifeCycle starting) {
                    expectService(connector);
                    acceptAgain(connector);
                }
            });
        }
        guarded = new Guarded(server, gate);
        Traffic given = traffic;
        if (given != null) {
            gate.open(given, probes);
        }
    }

    private void expectService(Connector connector) {
        Traffic given = traffic;
        if (given == null || given.isShuttingDown()) {
            throw new IllegalStateException("%s starts %s (expected: while the service starts or runs)"
                    .formatted(connector, given == null ? "before the service" : "while the service shuts down"));
        }
    }

    /** An earlier service has closed its port; without acceptors, a start alone makes it accept. */
    private static void acceptAgain(Connector connector) {
        if (connector instanceof AbstractConnector configurable && configurable.getAcceptors() > 0) {
            configurable.setAccepting(true);
        }
    }

    @Override
    public String name() {
        Guarded now = guarded;
        return now == null
                ? "jetty"
                : JettySource.nameOf(now.server(), now.server().isRunning());
    }

    @Override
    public void serveProbes(Probes theProbes) {
        probes = theProbes;
    }

    /** Lets the framework start the connectors: from here on they admit requests of this service. */
    @Override
    public void start(Traffic theTraffic) {
        traffic = theTraffic;
        Guarded now = guarded;
        if (now != null) {
            now.gate().open(theTraffic, probes);
        }
    }

    @Override
    public void stopAccepting() throws Exception {
        Guarded now = guarded;
        if (now != null) {
            new Ports(now.server()).close();
        }
    }

    /** Does nothing: the framework stops Jetty. */
    @Override
    public void close(Duration within) {}

    /** Connections; and threads, where the pool is Jetty's {@code QueuedThreadPool}. */
    @Override
    public SourceLoad load() {
        Guarded now = guarded;
        return now == null ? SourceLoad.nothingKnown() : Load.of(now.server());
    }
}
