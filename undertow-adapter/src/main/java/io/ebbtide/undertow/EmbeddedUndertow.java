package io.ebbtide.undertow;

import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceArguments;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.undertow.Undertow;
import io.undertow.server.ConnectorStatistics;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.xnio.Options;

/**
 * An Undertow 2.3 or 2.4 that a framework configures, starts and stops, as a traffic source: as {@link UndertowSource}, but for the start
 * and the end, which are the framework's. For authors of integrations.
 *
 * <p>The order is: {@link #guard} for a builder that has its listeners; then the start of the service; then that of Undertow, by the
 * framework, and {@link #opened}. At the end the service drains; then the framework stops Undertow. A framework may build and start
 * another one with the same builder, in a new service that is given the same source.
 *
 * <p>Sets the idle timeout of 75 s unless the builder has one, and enables statistics, which count connections.
 *
 * <p>Safe for use by many threads.
 */
public final class EmbeddedUndertow implements TrafficSource, ProbeHost {
    private record Opened(Undertow undertow, Listeners listeners) {}

    private final Workers workers = new Workers();
    private volatile @Nullable Probes probes;
    private volatile @Nullable HttpHandler application;
    private volatile @Nullable UndertowGate gate;
    private @Nullable Opened opened; // guarded by this
    private boolean isClosed; // guarded by this

    /**
     * Creates a source without a server.
     *
     * @throws IllegalStateException if the application's Undertow is of another line than 2.3 and 2.4
     */
    public EmbeddedUndertow() {
        UndertowVersion.check();
    }

    /**
     * Puts the gate in front of the handler that the builder has when a request comes.
     *
     * @param builder has its listeners, none of which has a handler of its own; its handler may be set later
     * @throws IllegalStateException if this Undertow does not give access to the parts of its builder
     */
    public void guard(Undertow.Builder builder) {
        Parts parts = Parts.of(SourceArguments.present(builder, "builder"));
        application = exchange -> parts.handler().handleRequest(exchange);
        parts.setListenersHandler(this::handle);
        parts.setDefaults();
    }

    private void handle(HttpServerExchange exchange) throws Exception {
        UndertowGate now = gate;
        if (now == null) {
            throw new IllegalStateException("a request before the start of the service");
        }
        now.handleRequest(exchange);
    }

    /** The framework has started the server: to be called as soon as possible after that. */
    public synchronized void opened(Undertow undertow) {
        var now = new Opened(undertow, Listeners.of(undertow, undertow.getWorker()));
        opened = now;
        if (isClosed) {
            try {
                close(now);
            } catch (Exception e) {
                throw new IllegalStateException(name(undertow) + " cannot be closed: " + e.getMessage(), e);
            }
        }
    }

    private synchronized @Nullable Opened now() {
        return opened;
    }

    @Override
    public String name() {
        Opened now = now();
        return now == null ? "undertow" : name(now.undertow());
    }

    private static String name(Undertow undertow) {
        return undertow.getListenerInfo().stream()
                .map(info -> info.getProtcol() + ":" + ((InetSocketAddress) info.getAddress()).getPort())
                .collect(Collectors.joining(","));
    }

    @Override
    public void serveProbes(Probes theProbes) {
        probes = theProbes;
    }

    /** Lets the framework start the server: from here on it admits requests of this service. */
    @Override
    public synchronized void start(Traffic theTraffic) {
        HttpHandler guarded = application;
        gate = guarded == null ? null : new UndertowGate(guarded, theTraffic, workers, probes);
        opened = null;
        isClosed = false;
    }

    /** Closes the ports; if the framework opens them later, then at once. */
    @Override
    public void stopAccepting() throws Exception {
        Opened now;
        synchronized (this) {
            isClosed = true;
            now = opened;
        }
        if (now != null) {
            close(now);
        }
    }

    /** Without access to the ports they stay open until the framework closes them, as it would end connections, too. */
    private static void close(Opened now) throws Exception {
        if (now.listeners().canClose()) {
            now.listeners().close();
        }
    }

    /** Does nothing: the framework stops Undertow. */
    @Override
    public void close(Duration within) {}

    @Override
    public SourceLoad load() {
        Opened now = now();
        if (now == null) {
            return SourceLoad.nothingKnown();
        }
        long connections = now.undertow().getListenerInfo().stream()
                .map(Undertow.ListenerInfo::getConnectorStatistics)
                .mapToLong(ConnectorStatistics::getActiveConnections)
                .sum();
        return new SourceLoad(
                Math.toIntExact(Math.max(0, connections)), workers.busy(), maxWorkers(now), workers.queued());
    }

    private static int maxWorkers(Opened now) {
        try {
            return now.undertow().getWorker().getOption(Options.WORKER_TASK_MAX_THREADS);
        } catch (IOException e) {
            return SourceLoad.UNKNOWN;
        }
    }
}
