package io.ebbtide.spring;

import io.ebbtide.spi.TrafficSource;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;

/**
 * Lets Ebbtide drain an embedded server, in place of Boot's graceful shutdown. Applied last, as it changes what {@code server.shutdown}
 * sets. Called by one thread at a time.
 *
 * @param <F> the factory of a server; a subclass names it, as Spring finds out from it whom to customize
 */
public abstract class ServerCustomizer<F extends ConfigurableWebServerFactory>
        implements WebServerFactoryCustomizer<F>, Ordered {
    /** Registered by Spring in each web application on servlets: in a WAR before, else after its server is created. */
    private static final String SERVLET_CONTEXT = "servletContext";

    private final EmbeddedServers servers;
    private final ApplicationContext context;

    /**
     * For the starters.
     *
     * @param context that of the server
     */
    protected ServerCustomizer(EmbeddedServers servers, ApplicationContext context) {
        this.servers = servers;
        this.context = context;
    }

    /**
     * A server as a source of traffic. Immutable.
     *
     * @param source reports the traffic of the server
     * @param undrained returns, once the server has started, the connectors that cannot be drained
     */
    public record Guarded(TrafficSource source, Supplier<List<String>> undrained) {
        /** Creates a server all of whose connectors can be drained. */
        public static Guarded whole(TrafficSource source) {
            return new Guarded(source, List::of);
        }
    }

    /** Lets the server that the factory creates next report its traffic. */
    protected abstract Guarded guard(F factory);

    @Override
    public final void customize(F factory) {
        if (context.containsLocalBean(SERVLET_CONTEXT)) {
            return; // in a WAR, Boot creates the factory and no server
        }
        Guarded guarded = guard(factory);
        servers.add(context, guarded.source(), guarded.undrained());
        factory.setShutdown(Shutdown.IMMEDIATE);
    }

    @Override
    public final int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }
}
