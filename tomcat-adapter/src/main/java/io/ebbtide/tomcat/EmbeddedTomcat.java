package io.ebbtide.tomcat;

import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceArguments;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.Engine;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.LifecycleEvent;
import org.apache.catalina.connector.Connector;
import org.jspecify.annotations.Nullable;

/**
 * An embedded Tomcat 10.1 or 11 that a framework configures, starts and stops, as a traffic source: as {@link TomcatSource}, but
 * for the start and the end, which are the framework's. For authors of integrations.
 *
 * <p>The order is: {@link #guard} for a context, before Tomcat starts; then the start of the service; then that of the connectors,
 * by the framework. At the end the service drains; then the framework stops Tomcat. A framework may stop and start its connectors
 * again, in a new service that is given the same source.
 *
 * <p>Sets, on each connector, the idle timeout of 75 s unless {@code keepAliveTimeout} is set, and disables sendfile. Its port is
 * bound at the moment when it starts, as with {@code bindOnInit="false"}.
 *
 * <p>Safe for use by many threads.
 */
public final class EmbeddedTomcat implements TrafficSource, ProbeHost {
    /*
     * Tomcat binds a port either when a connector is initialized, which for a framework is long before the application can
     * answer, or in the same call that starts to accept, where nothing can be placed in between. So the port is bound here, when
     * the connector announces its start; Tomcat then finds it bound. In return it is closed here, as Tomcat would do so only when
     * the connector is destroyed, which frameworks leave out.
     */
    private final Map<Connector, Entrance> entrances = new ConcurrentHashMap<>();
    private final List<String> unguarded = new CopyOnWriteArrayList<>();
    private volatile @Nullable Probes probes;
    private volatile @Nullable Traffic traffic;

    /**
     * Creates a source without connectors.
     *
     * @throws IllegalStateException if the application's Tomcat is of another line than 10.1 and 11.0
     */
    public EmbeddedTomcat() {
        TomcatVersion.check();
    }

    /**
     * Takes the connectors of the service to which a context belongs, each of them when it starts.
     *
     * @param context has a host already when it starts
     */
    public void guard(Context context) {
        SourceArguments.present(context, "context").addLifecycleListener(event -> {
            if (event.getType().equals(Lifecycle.BEFORE_START_EVENT) && engine(context) instanceof Engine engine) {
                Stream.of(engine.getService().findConnectors()).forEach(this::guard);
            }
        });
    }

    private static @Nullable Object engine(Context context) {
        return context.getParent() == null ? null : context.getParent().getParent();
    }

    private void guard(Connector connector) {
        if (Entrance.canBe(connector)) {
            connector.addLifecycleListener(event -> changed(connector, event));
        } else {
            unguarded.add(connector.getProtocolHandlerClassName());
        }
    }

    private void changed(Connector connector, LifecycleEvent event) {
        try {
            if (event.getType().equals(Lifecycle.BEFORE_START_EVENT)) {
                open(connector);
            } else if (event.getType().equals(Lifecycle.AFTER_STOP_EVENT)) {
                Entrance stopped = entrances.remove(connector);
                if (stopped != null) {
                    stopped.unbind();
                }
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(connector + " cannot be opened or closed: " + e.getMessage(), e);
        }
    }

    private void open(Connector connector) throws Exception {
        Traffic given = traffic;
        if (given == null || given.isShuttingDown()) {
            throw new IllegalStateException("%s starts %s (expected: while the service starts or runs)"
                    .formatted(connector, given == null ? "before the service" : "while the service shuts down"));
        }
        Entrance entrance = Entrance.of(connector, null, Server.HANDLERS_END);
        entrance.bind();
        try {
            entrance.guard(given, probes);
        } catch (Exception e) {
            entrance.unbind();
            throw e;
        }
        entrances.put(connector, entrance);
    }

    /** Returns the protocols of the connectors that this adapter cannot drain, such as AJP's; empty before Tomcat starts. */
    public List<String> unguarded() {
        return List.copyOf(unguarded);
    }

    @Override
    public String name() {
        List<Entrance> open = open();
        return open.isEmpty()
                ? "tomcat"
                : open.stream().map(Entrance::name).sorted().collect(Collectors.joining(","));
    }

    @Override
    public void serveProbes(Probes theProbes) {
        probes = theProbes;
    }

    /** Lets the framework start the connectors: from here on they admit requests of this service. */
    @Override
    public void start(Traffic theTraffic) {
        traffic = theTraffic;
    }

    /** Asks the clients of HTTP/2 to disconnect, by GOAWAY; those of HTTP/1.1 are asked with their next answer. */
    @Override
    public void beginShutdown() {
        open().forEach(Entrance::beginShutdown);
    }

    @Override
    public void stopAccepting() throws Exception {
        Server.doAll(open().stream().map(each -> (Server.Step) each::close).toList());
    }

    /** Does nothing: the framework stops Tomcat. */
    @Override
    public void close(Duration within) {}

    @Override
    public SourceLoad load() {
        List<Entrance> open = open();
        return open.isEmpty() ? SourceLoad.nothingKnown() : Server.load(open);
    }

    private List<Entrance> open() {
        return List.copyOf(entrances.values());
    }
}
