package io.ebbtide.spring;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.budget.GraceBudget;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.TrafficSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.Ordered;

/**
 * Connects the lifecycle of an application context with that of its service. A bean of the auto-configuration; obtain the service by
 * {@link #service()}, once the context is refreshed. Safe for use by many threads.
 */
public final class EbbtideLifecycle
        implements SmartLifecycle, DisposableBean, ApplicationListener<ApplicationEvent>, Ordered {
    /** The name of its bean. */
    static final String NAME = "ebbtideLifecycle";

    /*
     * WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE, which is in another package in each line of Boot, minus one: the gate
     * exists before a port is opened.
     */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 2048 - 1;

    /** The end of the id that Boot gives to the context of Actuator, if that has a port of its own. */
    private static final String MANAGEMENT = ":management";

    private final ConfigurableApplicationContext context;
    private final EbbtideProperties properties;
    private final EmbeddedServers servers;
    private final ObjectProvider<TrafficSource> sources;
    private final ObjectProvider<CheckFinder> finders;
    private final ObjectProvider<EbbtideCustomizer> customizers;
    private volatile @Nullable SpringService service;
    private volatile @Nullable ShutdownReport lastReport;
    private volatile boolean running;

    /** How many child contexts must be ready, too. */
    private volatile int childrenToCome;

    EbbtideLifecycle(
            ConfigurableApplicationContext context,
            EbbtideProperties properties,
            EmbeddedServers servers,
            ObjectProvider<TrafficSource> sources,
            ObjectProvider<CheckFinder> finders,
            ObjectProvider<EbbtideCustomizer> customizers) {
        this.context = context;
        this.properties = properties;
        this.servers = servers;
        this.sources = sources;
        this.finders = finders;
        this.customizers = customizers;
    }

    /**
     * Returns the service.
     *
     * @throws IllegalStateException before the context's {@code SmartLifecycle}s start
     */
    public Ebbtide service() {
        SpringService now = service;
        if (now == null) {
            throw new IllegalStateException(
                    "the service has not started (expected: once the context is refreshed, such as in an ApplicationReadyEvent)");
        }
        return now.ebbtide();
    }

    /** Whether a service has started that closes the context by itself. */
    boolean closesContext() {
        SpringService now = service;
        return now != null && now.closesContext();
    }

    /** Returns the lifecycle of a context, or that of its nearest ancestor that has one; null if there is none. */
    static @Nullable EbbtideLifecycle of(@Nullable ApplicationContext context) {
        for (ApplicationContext at = context; at != null; at = at.getParent()) {
            if (at instanceof ConfigurableApplicationContext configurable
                    && configurable.isActive()
                    && configurable.getBeanFactory().getSingleton(NAME) instanceof EbbtideLifecycle lifecycle) {
                return lifecycle;
            }
        }
        return null;
    }

    /** Starts a new service; returns once the web server may open its port. */
    @Override
    public void start() {
        Boolean set = properties.ownProcess();
        boolean owner = set == null ? ProcessOwnership.ofThisThread() : set;
        childrenToCome = ChildContexts.toCome();
        List<TrafficSource> all = new ArrayList<>();
        boolean mayServe =
                !servers.isEmpty() || !UndrainedServers.hasServer(context); // or its children may, now or later
        if (childrenToCome > 0 || mayServe) {
            all.add(servers.asSource(childrenToCome > 0, properties.probesOnServerPort()));
        }
        sources.orderedStream().forEach(all::add);
        UndrainedServers.warn(name(), context, servers);
        SpringService starting = build(all, owner);
        keepReport();
        service = starting;
        starting.start();
        running = true;
    }

    /** A context that is started again has a new service. */
    private void keepReport() {
        SpringService before = service;
        if (before != null) {
            lastReport = before.report();
        }
    }

    /** Returns the report of this service, if it is stopped, or that of the service before; null if there is none. */
    @Nullable
    ShutdownReport lastReport() {
        SpringService now = service;
        ShutdownReport report = now == null ? null : now.report();
        return report == null ? lastReport : report;
    }

    /** Returns how the time of a shutdown is divided; null if no service has started. */
    @Nullable
    GraceBudget budget() {
        SpringService now = service;
        return now == null ? null : now.budget();
    }

    private SpringService build(List<TrafficSource> all, boolean owner) {
        try {
            DurationsWithUnit.check(context.getEnvironment());
            List<CheckFinder> checks = finders.orderedStream().toList();
            Consumer<EbbtideBuilder> additions =
                    builder -> customizers.orderedStream().forEach(each -> each.customize(builder));
            return SpringService.of(context, name(), settings(owner), all, checks, additions, owner);
        } catch (IllegalArgumentException e) {
            throw new WrongSettingException(e);
        }
    }

    String name() {
        return Stream.of(properties.service(), context.getEnvironment().getProperty("spring.application.name"))
                .filter(Objects::nonNull)
                .filter(each -> !each.isBlank())
                .findFirst()
                .orElse("application");
    }

    /** Any free port in tests and their like: many contexts may exist at once. */
    private Settings settings(boolean owner) {
        boolean anyPort = !owner || "0".equals(context.getEnvironment().getProperty("server.port"));
        return properties.settings(anyPort ? 0 : Settings.DEFAULT_MANAGEMENT_PORT);
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        SpringService now = service;
        if (now == null) {
            return;
        }
        if (event instanceof ContextClosedEvent closed) {
            closed(closed.getApplicationContext(), now);
        } else if (event instanceof ApplicationReadyEvent ready) {
            ready(ready.getApplicationContext(), now);
        } else if (event instanceof ContextRefreshedEvent refreshed) {
            refreshed(refreshed.getApplicationContext());
        } else if (event instanceof AvailabilityChangeEvent<?> changed) {
            now.changed(changed.getState());
        }
    }

    /** A child's server is part of the service: without it, nothing remains to be served. */
    private void closed(ApplicationContext closed, SpringService now) {
        if (closed == context) {
            now.drain("the application context is closed");
        } else if (servers.has(closed)) {
            now.drain("a child of the application context is closed");
        }
    }

    private synchronized void ready(ApplicationContext ready, SpringService now) {
        if (ready != context) {
            childrenToCome--; // Spring publishes the events of children here, too
        }
        if (childrenToCome <= 0) {
            now.ready();
        }
    }

    private void refreshed(ApplicationContext refreshed) {
        boolean isManagement = refreshed.getId() != null && refreshed.getId().endsWith(MANAGEMENT);
        if (refreshed != context && !isManagement && refreshed instanceof ConfigurableApplicationContext configurable) {
            UndrainedServers.warn(name(), configurable, servers);
        }
    }

    /** Drains, if the refresh fails or the context is stopped without being closed. */
    void drain() {
        SpringService now = service;
        if (now != null) {
            now.drain("the application context is stopped");
        }
    }

    /** Called after the web server has stopped. The context may be started again, with a new service. */
    @Override
    public void stop() {
        running = false;
        SpringService now = service;
        if (now != null) {
            now.awaitStopped();
        }
    }

    @Override
    public void destroy() {
        SpringService now = service;
        if (now != null) {
            now.drain("the application context failed to start");
            now.awaitStopped();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private boolean isServing() {
        SpringService now = service;
        return running && now != null && !now.isShuttingDown();
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** As a web server: Framework 7 pauses the contexts of tests that are not in use. */
    public boolean isPauseable() {
        return false;
    }

    /** Before all other listeners: they may end what requests in flight need. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    /** Drains in the phase that stops first. Runs with the service, as that phase may fail to start while requests are in flight. */
    static final class DrainFirst implements SmartLifecycle {
        private final EbbtideLifecycle lifecycle;

        DrainFirst(EbbtideLifecycle lifecycle) {
            this.lifecycle = lifecycle;
        }

        @Override
        public void start() {}

        @Override
        public void stop() {
            lifecycle.drain();
        }

        @Override
        public boolean isRunning() {
            return lifecycle.isServing();
        }

        @Override
        public int getPhase() {
            return SmartLifecycle.DEFAULT_PHASE;
        }

        /** As a web server. */
        public boolean isPauseable() {
            return false;
        }
    }
}
