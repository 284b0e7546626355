package io.ebbtide.tomcat;

import io.ebbtide.spi.BindFailure;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceArguments;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardServer;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.IntrospectionUtils;
import org.jspecify.annotations.Nullable;

/** A Tomcat with its entrances guarded, from the start to the end. One thread starts and ends it. */
final class Server {
    /** For handlers whose time is over, after they are interrupted. */
    static final Duration HANDLERS_END = Duration.ofMillis(250);

    /** Waited for in twenty steps, each of which must be over 0, which would mean for ever. */
    private static final String HANDLERS_HAVE_ENDED_MILLIS = "20";

    private static final int SPARE_THREADS = 10;

    private static final List<String> LEAKS = List.of("ObjectStreamClassCaches", "RmiTargets", "ThreadLocals");

    /** A step of an end that must not keep the next one from being taken. */
    interface Step {
        void run() throws Exception;
    }

    private final Tomcat tomcat;
    private final @Nullable BaseFolder folder;
    private volatile List<Entrance> entrances = List.of();

    private Server(Tomcat tomcat, @Nullable BaseFolder folder) {
        this.tomcat = tomcat;
        this.folder = folder;
    }

    /** A server that the user has configured. */
    static Server of(Tomcat tomcat) {
        return new Server(tomcat, null);
    }

    /** A server with one connector and one context. */
    static Server http(int port, int workerThreads, Consumer<Context> application) throws IOException {
        BaseFolder folder = BaseFolder.create();
        var tomcat = new Tomcat();
        tomcat.setBaseDir(folder.path().toString());
        var connector = new Connector();
        connector.setPort(port);
        connector.setProperty("maxThreads", String.valueOf(workerThreads));
        connector.setProperty("minSpareThreads", String.valueOf(Math.min(SPARE_THREADS, workerThreads)));
        connector.setProperty("maxKeepAliveRequests", "-1");
        tomcat.setConnector(connector);
        try {
            Context context = tomcat.addContext("", null);
            endQuickly(context);
            application.accept(context);
        } catch (RuntimeException | Error e) {
            folder.delete();
            throw e;
        }
        return new Server(tomcat, folder);
    }

    /**
     * Does not wait again for handlers, which were interrupted; nor search for references to the classes, which end
     * with the process: that takes time, and warns of packages that the JDK does not open.
     */
    private static void endQuickly(Context context) {
        IntrospectionUtils.setProperty(context, "unloadDelay", HANDLERS_HAVE_ENDED_MILLIS);
        for (String kind : LEAKS) {
            IntrospectionUtils.setProperty(context, "clearReferences" + kind, "false"); // not every version has each
        }
    }

    /**
     * Starts.
     *
     * @param name its name in messages
     * @param idleTimeout as set by the user; null if it is not
     */
    void start(String name, Traffic traffic, @Nullable Probes probes, @Nullable Duration idleTimeout) throws Exception {
        try {
            bind(name, idleTimeout);
            for (Entrance entrance : entrances) {
                entrance.guard(traffic, probes);
            }
            tomcat.start();
            for (Context context : contexts()) {
                if (context.getState() != LifecycleState.STARTED) {
                    throw new IllegalStateException("context '%s' of %s is %s (expected: STARTED; see Tomcat's log)"
                            .formatted(context.getPath(), name, context.getState()));
                }
            }
        } catch (Exception e) {
            undo(e);
            throw e;
        }
    }

    private void bind(String name, @Nullable Duration idleTimeout) throws Exception {
        if (tomcat.getServer() instanceof StandardServer server) {
            server.setUtilityThreadsAsDaemon(true);
        }
        List<Entrance> found = new ArrayList<>();
        for (Connector connector : tomcat.getService().findConnectors()) {
            found.add(Entrance.of(connector, idleTimeout, HANDLERS_END));
        }
        if (found.isEmpty()) {
            throw SourceArguments.wrong("connectors", "none", "at least one, see Tomcat.setConnector");
        }
        try {
            tomcat.init();
        } catch (LifecycleException e) {
            IOException unbound = BindFailure.of(name, e);
            throw unbound == null ? e : unbound;
        }
        entrances = List.copyOf(found);
    }

    private void undo(Exception failure) {
        try {
            end();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    /** The names of all its ports, such as {@code http:8080,https:8443}. */
    String name() {
        return entrances.stream().map(Entrance::name).collect(Collectors.joining(","));
    }

    int port() {
        return entrances.get(0).localPort();
    }

    void beginShutdown() {
        entrances.forEach(Entrance::beginShutdown);
    }

    void stopAccepting() throws Exception {
        doAll(entrances.stream().map(each -> (Step) each::close).toList());
    }

    void close() throws Exception {
        var steps = new ArrayList<Step>();
        for (Entrance entrance : entrances) {
            steps.add(entrance::end); // before the contexts, which wait for their servlets without interrupting them
        }
        steps.add(this::end);
        doAll(steps);
    }

    /** A failed step does not prevent the others: else a port stays open, or threads stay. */
    static void doAll(List<Step> steps) throws Exception {
        Exception failure = null;
        for (Step step : steps) {
            try {
                step.run();
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void end() throws Exception {
        try {
            if (tomcat.getServer().getState().isAvailable()) {
                tomcat.stop();
            }
            tomcat.destroy();
        } finally {
            if (folder != null) {
                folder.delete();
            }
        }
    }

    SourceLoad load() {
        return load(entrances);
    }

    static SourceLoad load(List<Entrance> entrances) {
        List<SourceLoad> loads = entrances.stream().map(Entrance::load).toList();
        return new SourceLoad(
                sum(loads, SourceLoad::openConnections),
                sum(loads, SourceLoad::busyWorkers),
                sum(loads, SourceLoad::maxWorkers),
                sum(loads, SourceLoad::queued));
    }

    private static int sum(List<SourceLoad> loads, ToIntFunction<SourceLoad> number) {
        boolean unknown = loads.stream().anyMatch(load -> number.applyAsInt(load) == SourceLoad.UNKNOWN);
        return unknown ? SourceLoad.UNKNOWN : loads.stream().mapToInt(number).sum();
    }

    private List<Context> contexts() {
        var contexts = new ArrayList<Context>();
        for (Container host : tomcat.getEngine().findChildren()) {
            for (Container child : host.findChildren()) {
                if (child instanceof Context context) {
                    contexts.add(context);
                }
            }
        }
        return contexts;
    }
}
