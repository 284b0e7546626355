package io.ebbtide.undertow;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.spi.BindFailure;
import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceArguments;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.ConnectorStatistics;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/**
 * Undertow as a traffic source: counts its requests, serves the probes on its port, too, asks clients to disconnect,
 * drains without aborting requests. Create with {@link #http} or {@link #of}; pass to {@code EbbtideBuilder.serve};
 * used once. Configured by one thread; after the start safe for use by many.
 *
 * <pre>{@code
 * Ebbtide.builder("orders").serve(UndertowSource.http(8080, handler)).build().run();
 * }</pre>
 *
 * <p>While the service shuts down, each HTTP/1.1 answer has {@code Connection: close} (RFC 9112, section 9.6) and
 * WebSocket upgrades are refused. Requests that arrive late, on connections that are open, are served. Only once
 * nothing is in flight and the gate is closed, or the time for it is over, are requests refused, with 503,
 * {@code Retry-After} and {@code Connection: close}.
 */
public final class UndertowSource implements TrafficSource, ProbeHost {
    /** Longer than the 60 s after which nginx and AWS load balancers drop their idle upstream connections. */
    private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(75);

    /** For handlers whose time is over, once before and once after they are interrupted. */
    private static final Duration HANDLERS_END = Duration.ofMillis(250);

    private final Undertow.Builder builder;
    private final HttpHandler application;
    private final Workers workers = new Workers();
    private int ioThreads = Math.max(2, Runtime.getRuntime().availableProcessors());
    private int workerThreads = 8 * ioThreads;
    private Duration idleTimeout = DEFAULT_IDLE_TIMEOUT;
    private @Nullable Probes probes;
    private volatile String name = "undertow";
    private volatile @Nullable Running running;

    private record Running(XnioWorker worker, Listeners listeners, List<ConnectorStatistics> statistics, int port) {}

    private UndertowSource(Undertow.Builder builder, HttpHandler application) {
        UndertowVersion.check();
        this.builder = SourceArguments.present(builder, "builder");
        this.application = SourceArguments.present(application, "application");
    }

    /**
     * Creates a source for plain HTTP on all addresses.
     *
     * @param port 1 to 65535, or 0 for any that is free, see {@link #port()}
     * @param application as for Undertow itself; called on an I/O thread
     * @throws IllegalStateException if the application's Undertow is of another line than 2.3 and 2.4
     */
    public static UndertowSource http(int port, HttpHandler application) {
        SourceArguments.port(port);
        var source = new UndertowSource(Undertow.builder().addHttpListener(port, "0.0.0.0"), application);
        source.name = "http:" + port;
        return source;
    }

    /**
     * Creates a source from Undertow's own builder: listeners, TLS, buffers, server options.
     *
     * @param builder must have its listeners, without root handlers of their own, which would bypass the gate; this
     *     method sets handler, worker and idle timeout
     * @param application as for the builder; called on an I/O thread
     * @throws IllegalStateException if the application's Undertow is of another line than 2.3 and 2.4
     */
    public static UndertowSource of(Undertow.Builder builder, HttpHandler application) {
        return new UndertowSource(builder, application);
    }

    /** Sets the number of threads that read and write, {@code >= 1}; by default one for each processor, at least 2. */
    public UndertowSource ioThreads(int count) {
        ioThreads = SourceArguments.threads(count, "ioThreads");
        return this;
    }

    /** Sets the number of threads that run blocking handlers, {@code >= 1}; by default 8 for each I/O thread. */
    public UndertowSource workerThreads(int count) {
        workerThreads = SourceArguments.threads(count, "workerThreads");
        return this;
    }

    /**
     * Sets how long a connection may be idle between two requests, 1 ms to 1 day; 75 s unless set. Must be longer than
     * the idle timeout of the proxy in front; otherwise the proxy sends a request into a connection that is just being
     * closed.
     */
    public UndertowSource idleTimeout(Duration timeout) {
        idleTimeout = SourceArguments.idleTimeout(timeout);
        return this;
    }

    /**
     * Returns the ticket of a request in flight, for handlers that run for long: {@link Ticket#remaining()} returns how
     * long they may continue. May be called by any thread until the exchange is complete; the ticket is closed
     * automatically.
     *
     * @throws IllegalArgumentException if the exchange did not come through an {@code UndertowSource}
     */
    public static Ticket ticket(HttpServerExchange exchange) {
        Ticket ticket = Request.ticketOf(SourceArguments.present(exchange, "exchange"));
        if (ticket == null) {
            throw SourceArguments.withoutTicket("exchange", exchange.getRequestPath(), "an UndertowSource");
        }
        return ticket;
    }

    /** Returns the port of the first listener; -1 before the start. */
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
    public void start(Traffic traffic) throws IOException {
        XnioWorker worker = createWorker();
        Undertow undertow = builder.setWorker(worker)
                .setServerOption(
                        UndertowOptions.ENABLE_STATISTICS, true) // the only way to count connections without a lock
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, Math.toIntExact(idleTimeout.toMillis()))
                .setHandler(new UndertowGate(application, traffic, workers, probes))
                .build();
        try {
            undertow.start();
        } catch (RuntimeException e) {
            worker.shutdownNow();
            IOException unbound = BindFailure.of(name, e);
            if (unbound != null) {
                throw unbound;
            }
            throw e;
        }
        running = running(undertow, worker);
    }

    private Running running(Undertow undertow, XnioWorker worker) {
        int firstPort = -1;
        var names = new StringBuilder();
        List<ConnectorStatistics> statistics = new ArrayList<>();
        for (Undertow.ListenerInfo listener : undertow.getListenerInfo()) {
            int port = ((InetSocketAddress) listener.getAddress()).getPort();
            firstPort = firstPort < 0 ? port : firstPort;
            names.append(names.isEmpty() ? "" : ",")
                    .append(listener.getProtcol())
                    .append(':')
                    .append(port);
            statistics.add(listener.getConnectorStatistics());
        }
        name = names.toString();
        return new Running(worker, Listeners.of(undertow, worker), List.copyOf(statistics), firstPort);
    }

    @Override
    public void stopAccepting() throws Exception {
        Running now = running;
        if (now != null) {
            now.listeners().close();
        }
    }

    /**
     * Closes the remaining connections and selectors. Waits for the selectors' threads, because the JVM's exit would
     * wait for them longer (340 ms). Handlers that still run are interrupted; those that ignore the interrupt are
     * abandoned.
     */
    @Override
    public void close(Duration within) throws InterruptedException {
        Running now = running;
        if (now == null) {
            return;
        }
        XnioWorker worker = now.worker();
        worker.shutdown();
        if (!worker.awaitTermination(HANDLERS_END.toMillis(), TimeUnit.MILLISECONDS)) {
            worker.shutdownNow();
            worker.awaitTermination(HANDLERS_END.toMillis(), TimeUnit.MILLISECONDS);
        }
        for (int i = 0; i < worker.getIoThreadCount(); i++) {
            worker.getIoThread(i).join(within.toMillis());
        }
    }

    @Override
    public SourceLoad load() {
        Running now = running;
        if (now == null) {
            return SourceLoad.nothingKnown();
        }
        long connections = now.statistics().stream()
                .mapToLong(ConnectorStatistics::getActiveConnections)
                .sum();
        return new SourceLoad(
                Math.toIntExact(Math.max(0, connections)), workers.busy(), workerThreads, workers.queued());
    }

    /** A worker of our own, because Undertow would stop its worker, and with it every connection, with its listeners. */
    private XnioWorker createWorker() throws IOException {
        return Xnio.getInstance(Undertow.class.getClassLoader())
                .createWorker(OptionMap.builder()
                        .set(Options.WORKER_NAME, "undertow")
                        .set(Options.THREAD_DAEMON, true)
                        .set(Options.WORKER_IO_THREADS, ioThreads)
                        .set(Options.WORKER_TASK_CORE_THREADS, workerThreads)
                        .set(Options.WORKER_TASK_MAX_THREADS, workerThreads)
                        .set(Options.CONNECTION_HIGH_WATER, 1_000_000)
                        .set(Options.CONNECTION_LOW_WATER, 1_000_000)
                        .set(Options.TCP_NODELAY, true)
                        .set(Options.CORK, true)
                        .getMap());
    }
}
