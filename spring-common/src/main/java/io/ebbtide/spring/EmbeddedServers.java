package io.ebbtide.spring;

import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;

/**
 * The embedded servers of a context and of its children that can be drained: the customizer of a server's factory adds them. Safe for use
 * by many threads.
 */
public final class EmbeddedServers {
    private record Server(ApplicationContext context, TrafficSource source, Supplier<List<String>> undrained) {}

    private interface Step {
        void on(TrafficSource source) throws Exception;
    }

    private final List<Server> servers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Traffic traffic;
    private volatile @Nullable Probes probes;

    EmbeddedServers() {}

    /**
     * Adds a server. If the service has started, as it has for a child context's, the server joins it.
     *
     * @param undrained returns, once the server's context is refreshed, the connectors that cannot be drained
     */
    synchronized void add(ApplicationContext context, TrafficSource source, Supplier<List<String>> undrained) {
        Traffic started = traffic;
        if (started != null) {
            try {
                start(source, started);
            } catch (Exception e) {
                throw new IllegalStateException(source.name() + " cannot join the service: " + e.getMessage(), e);
            }
        }
        servers.add(new Server(context, source, undrained));
    }

    private void start(TrafficSource source, Traffic on) throws Exception {
        Probes answers = probes;
        if (answers != null && source instanceof ProbeHost host) {
            host.serveProbes(answers);
        }
        source.start(on);
    }

    private synchronized void startAll(Traffic on) throws Exception {
        for (Server server : servers) {
            start(server.source(), on);
        }
        traffic = on;
    }

    /** Whether the server of this very context can be drained. */
    boolean has(ApplicationContext context) {
        return servers.stream().anyMatch(each -> each.context() == context);
    }

    boolean isEmpty() {
        return servers.isEmpty();
    }

    /** Returns the connectors of this context's server that cannot be drained. */
    List<String> undrained(ApplicationContext context) {
        return servers.stream()
                .filter(each -> each.context() == context)
                .flatMap(each -> each.undrained().get().stream())
                .toList();
    }

    /**
     * Returns all of them as one source of a service, for each service another one.
     *
     * @param expectsMore whether servers of children will follow
     * @param servesProbes whether the servers answer probes on their ports
     */
    TrafficSource asSource(boolean expectsMore, boolean servesProbes) {
        return new All(expectsMore, servesProbes);
    }

    /** Asks each; the failure of one does not keep the others from being asked. */
    private void onEach(Step step) throws Exception {
        Exception failure = null;
        for (Server server : servers) {
            try {
                step.on(server.source());
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

    private int sum(List<SourceLoad> loads, ToIntFunction<SourceLoad> number) {
        boolean isUnknown = loads.isEmpty() || loads.stream().anyMatch(each -> number.applyAsInt(each) < 0);
        return isUnknown ? SourceLoad.UNKNOWN : loads.stream().mapToInt(number).sum();
    }

    /** All servers, also those that join later. */
    private final class All implements TrafficSource, ProbeHost {
        private final boolean expectsMore;
        private final boolean servesProbes;

        All(boolean expectsMore, boolean servesProbes) {
            this.expectsMore = expectsMore;
            this.servesProbes = servesProbes;
        }

        @Override
        public void serveProbes(Probes theProbes) {
            probes = servesProbes ? theProbes : null;
        }

        @Override
        public String name() {
            return servers.isEmpty()
                    ? "web server"
                    : servers.stream().map(each -> each.source().name()).collect(Collectors.joining(","));
        }

        @Override
        public boolean hasSenders() {
            return expectsMore || !servers.isEmpty();
        }

        @Override
        public void start(Traffic on) throws Exception {
            startAll(on);
        }

        @Override
        public void beginShutdown() throws Exception {
            onEach(TrafficSource::beginShutdown);
        }

        @Override
        public void stopAccepting() throws Exception {
            onEach(TrafficSource::stopAccepting);
        }

        @Override
        public void close(Duration within) throws Exception {
            onEach(source -> source.close(within));
        }

        @Override
        public SourceLoad load() {
            List<SourceLoad> loads =
                    servers.stream().map(each -> each.source().load()).toList();
            return new SourceLoad(
                    sum(loads, SourceLoad::openConnections),
                    sum(loads, SourceLoad::busyWorkers),
                    sum(loads, SourceLoad::maxWorkers),
                    sum(loads, SourceLoad::queued));
        }
    }
}
