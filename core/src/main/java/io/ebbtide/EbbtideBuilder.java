package io.ebbtide;

import io.ebbtide.budget.Orchestrator;
import io.ebbtide.health.Check;
import io.ebbtide.health.Health;
import io.ebbtide.health.HealthControl;
import io.ebbtide.health.ProbeKind;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.StartupTask;
import io.ebbtide.management.ManagementServer;
import io.ebbtide.management.MetricsText;
import io.ebbtide.metrics.MeterRules;
import io.ebbtide.metrics.ServiceMeters;
import io.ebbtide.probe.ProbeAnswers;
import io.ebbtide.probe.ProbeDetails;
import io.ebbtide.process.ProcessOwner;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.sequence.NamedComponent;
import io.ebbtide.sequence.Plan;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.ProbeHost;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.work.MessageSource;
import io.ebbtide.work.WorkExecutor;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configures and builds a service.
 *
 * <p>Components start in the order in which they are added, then the traffic sources, then the start-up tasks run,
 * while the service is not yet ready; components stop in reverse. Only what is added exists: without {@link
 * #management} there is no management port (an adapter still serves the probes on its own port), without checks the
 * service is ready while it is running, without {@link #metrics} there are no meters. Everything else is derived, see
 * {@link Settings}.
 *
 * <pre>{@code
 * Ebbtide.builder("orders")
 *         .component("db", pool)                       // started first, stopped last
 *         .startupTask("index", this::reindex)         // ready only after it
 *         .liveness("deadlock", Check.deadlock())      // restarts the process
 *         .readiness("cache", Check.tcp("cache", 6379)) // shared: degrades it
 *         .serve(http)
 *         .grace(Duration.ofSeconds(60))               // as configured on the platform
 *         .run();
 * }</pre>
 *
 * <p>Obtained from {@link Ebbtide#builder}. Not thread-safe; confine to one thread.
 */
public final class EbbtideBuilder {
    // Over 300 lines: one method with its contract for each setting, and build().

    private static final Logger LOG = LoggerFactory.getLogger(Ebbtide.class);

    private record Registration(String name, ProbeKind kind, Check check) {}

    /** Lets these lines come before the caller's, unless the logger accepts none. */
    private static final Duration MAX_FOR_ANNOUNCEMENT = Duration.ofMillis(250);

    private final String service;
    private final List<NamedComponent> components = new ArrayList<>();
    private final List<Registration> checks = new ArrayList<>();
    private final List<TrafficSource> sources = new ArrayList<>();
    private final Map<String, StartupTask> tasks = new LinkedHashMap<>();
    private final List<LifecycleListener> listeners = new ArrayList<>();
    private Settings settings = Settings.derived();
    private @Nullable Integer managementPort;
    private @Nullable Duration grace;
    private Map<String, String> environment = System.getenv();

    /** All parts of the service are given this one. */
    private Ticker ticker = Ticker.system();

    private final Map<String, Backlog> backlogs = new LinkedHashMap<>();
    private MeterRules meterRules = MeterRules.defaults();
    private @Nullable MeterRegistry registry;
    private @Nullable MetricsText metricsText;

    EbbtideBuilder(String service) {
        this.service = Expect.name(service, "service");
    }

    /** Adds a component, which starts after, and stops before, all that were added so far. */
    public EbbtideBuilder component(String name, Component component) {
        Expect.name(name, "name");
        for (NamedComponent other : components) {
            if (other.name().equals(name)) {
                throw Expect.wrong("component", "'" + name + "'", "a name that no other component has");
            }
        }
        components.add(new NamedComponent(name, Expect.present(component, "component '" + name + "'")));
        return this;
    }

    /** Adds a resource that needs no start and is closed at the stop, such as a pool. */
    public EbbtideBuilder component(String name, AutoCloseable resource) {
        return component(name, Component.closing(Expect.present(resource, "component '" + name + "'")));
    }

    /**
     * Adds a check that decides whether the process is to be killed and restarted.
     *
     * @throws IllegalArgumentException at {@link #build}, if the check queries a dependency
     */
    public EbbtideBuilder liveness(String name, Check check) {
        return check(name, ProbeKind.LIVENESS, check);
    }

    /** Adds a check that takes the service out of rotation if it is required, and degrades it otherwise. */
    public EbbtideBuilder readiness(String name, Check check) {
        return check(name, ProbeKind.READINESS, check);
    }

    /** Adds a check that must be up once before the service counts as started; it is not run again after that. */
    public EbbtideBuilder startup(String name, Check check) {
        return check(name, ProbeKind.STARTUP, check);
    }

    /** Adds work that must be done before the service counts as started, such as filling a cache. */
    public EbbtideBuilder startupTask(String name, StartupTask task) {
        Expect.present(task, "start-up task '" + name + "'");
        if (tasks.putIfAbsent(Expect.name(name, "name"), task) != null) {
            throw Expect.wrong("start-up task", "'" + name + "'", "a name that no other start-up task has");
        }
        return this;
    }

    /** Adds a consumer of messages, which pauses, commits and closes as soon as the shutdown begins. */
    public EbbtideBuilder messages(MessageSource source) {
        return serve(MessageSource.asTraffic(Expect.present(source, "source")));
    }

    /** Adds an executor, whose tasks the drain waits for; its rule decides about tasks that have not begun. */
    public EbbtideBuilder work(WorkExecutor executor) {
        return serve(WorkExecutor.asTraffic(executor));
    }

    /** Adds a server or another source of work. */
    public EbbtideBuilder serve(TrafficSource source) {
        Expect.present(source, "source");
        for (TrafficSource other : sources) {
            if (other == source) {
                throw Expect.wrong("source", "added twice", "each source once");
            }
        }
        sources.add(source);
        return this;
    }

    /** Adds a listener, which is notified of every change of state. */
    public EbbtideBuilder listener(LifecycleListener listener) {
        listeners.add(Expect.present(listener, "listener"));
        return this;
    }

    /** Serves probes and metrics on a separate port, 8558. */
    public EbbtideBuilder management() {
        return management(Settings.DEFAULT_MANAGEMENT_PORT);
    }

    /** Serves probes and metrics on a separate port, 0 for any free one. */
    public EbbtideBuilder management(int port) {
        managementPort = Expect.between(0, 65_535, port, "managementPort");
        return this;
    }

    /** Keeps the service's meters in this registry, from its start to its stop; see {@link ServiceMeters}. */
    public EbbtideBuilder metrics(MeterRegistry newRegistry) {
        registry = Expect.present(newRegistry, "registry");
        return this;
    }

    /** Keeps the service's meters in this registry, by these rules. */
    public EbbtideBuilder metrics(MeterRegistry newRegistry, MeterRules rules) {
        meterRules = Expect.present(rules, "rules");
        return metrics(newRegistry);
    }

    /**
     * Publishes the depth of a queue as meters, for example for an autoscaler: {@code queue("imports", imports::size)}.
     * Executors that are passed to {@link #work} publish theirs by themselves.
     *
     * @param name the tag {@code queue} of its meters. If an executor or a source has the same, a warning is logged at the
     *     start, and the meters report this queue
     */
    public EbbtideBuilder queue(String name, Backlog backlog) {
        Expect.present(backlog, "queue '" + name + "'");
        if (backlogs.putIfAbsent(Expect.name(name, "name"), backlog) != null) {
            throw Expect.wrong("queue", "'" + name + "'", "a name that no other queue has");
        }
        return this;
    }

    /**
     * Serves metrics at {@code /metrics} of the management server.
     *
     * @param text {@code prometheusRegistry::scrape}, for example
     */
    public EbbtideBuilder scrape(MetricsText text) {
        metricsText = Expect.present(text, "text");
        return this;
    }

    /** Sets the whole time from deletion to the kill, as configured on the platform, {@code > 0}. */
    public EbbtideBuilder grace(Duration newGrace) {
        grace = Expect.positive(newGrace, "grace");
        return this;
    }

    /**
     * Replaces all settings except those of {@link #management} and {@link #grace}, called before or after; the environment
     * still overrides them.
     */
    public EbbtideBuilder settings(Settings newSettings) {
        settings = Expect.present(newSettings, "settings");
        return this;
    }

    EbbtideBuilder environment(Map<String, String> newEnvironment) {
        environment = newEnvironment;
        return this;
    }

    EbbtideBuilder ticker(Ticker newTicker) {
        ticker = newTicker;
        return this;
    }

    /**
     * Builds the service and runs it, see {@link Ebbtide#run}. If it cannot be built, the process ends with
     * {@link io.ebbtide.report.ExitCode#START_FAILED}: the log reports why, in one line if a setting is wrong or a port is
     * in use and with the stack otherwise, and so does the container's termination message.
     */
    public void run() {
        Ebbtide built;
        try {
            built = build();
        } catch (RuntimeException | LinkageError e) {
            ProcessOwner.exitAfterBuildFailure(service, e);
            return;
        }
        built.run();
    }

    /**
     * Builds the service. Starts nothing. A failure is also written to the container's termination message.
     *
     * @throws IllegalArgumentException if a setting or an environment variable is wrong, shares do not fit the grace, a
     *     name is in use, or a dependency is checked for liveness; the message states what was expected
     */
    public Ebbtide build() {
        try {
            return assemble();
        } catch (RuntimeException | LinkageError e) {
            String set = environment.get(EnvironmentSettings.TERMINATION_LOG);
            ProcessOwner.reportBuildFailure(service, e, set == null ? settings.terminationLog() : set);
            throw e;
        }
    }

    private Ebbtide assemble() {
        List<String> warnings = EnvironmentSettings.warnings(environment);
        Settings effective = EnvironmentSettings.override(own(), environment)
                .withoutUnusedLameDuck(Plan.haveSenders(sources), warnings::add);
        if (metricsText != null && effective.managementPort() == null) {
            throw Expect.wrong(
                    "scrape",
                    "set for '" + service + "'",
                    "a management server that serves /metrics; call management()");
        }
        Orchestrator orchestrator = Orchestrator.of(environment);
        var budget = effective.budget(orchestrator);
        var log = new BackgroundLog("ebbtide-" + service + "-log", ticker);
        var plan = new Plan(
                service,
                components,
                sources,
                tasks,
                listeners,
                budget,
                effective.lameDuckRules(),
                effective.drainLimits(),
                backlogs);
        warnings.addAll(plan.warnings(effective.shares(), orchestrator));
        var announcement =
                new Announcement(service, effective.line(orchestrator, Terminal.isAttached()), List.copyOf(warnings));
        log.write(LOG, announcement::log); // a full pipe must not stop the service; written while the rest is built

        var inFlight = new InFlight(ticker);
        var health = new Health(service, ticker, log);
        var control = new HealthControl(health);
        for (Registration each : checks) {
            control.register(each.name(), each.kind(), each.check());
        }
        var lifecycle = new Lifecycle(plan, control, inFlight, log, ticker);
        boolean isEverywhere = effective.probeDetails() == ProbeDetails.EVERYWHERE;
        Probes probes = ProbeAnswers.probes(health, lifecycle, isEverywhere);
        for (TrafficSource source : sources) {
            if (source instanceof ProbeHost host) {
                host.serveProbes(probes);
            }
        }
        if (registry != null) {
            lifecycle.surroundWith(new NamedComponent(
                    "meters", new ServiceMeters(registry, meterRules, lifecycle, inFlight, health, log)));
        }
        ManagementServer management = null;
        if (effective.managementPort() != null) {
            management = new ManagementServer(
                    service,
                    effective.managementAddress(orchestrator),
                    effective.managementPort(),
                    effective.probeDetails() == ProbeDetails.MANAGEMENT
                            ? ProbeAnswers.probes(health, lifecycle, true)
                            : probes,
                    metricsText,
                    log,
                    ticker);
            lifecycle.surroundWith(new NamedComponent("management server", management));
        }
        log.flush(MAX_FOR_ANNOUNCEMENT);
        String managementAddress = effective.managementAddress(orchestrator);
        ManagementServer started = management;
        lifecycle.onStarted(() -> log.write(
                LOG,
                to -> to.info(
                        StartLine.of(lifecycle, started == null ? null : managementAddress + ":" + started.port()))));
        BooleanSupplier interactive = () -> orchestrator == Orchestrator.NONE && Terminal.isAttached();
        return new Ebbtide(
                lifecycle,
                health,
                inFlight,
                management,
                budget.grace(),
                interactive,
                effective.terminationLog(),
                () -> {
                    if (log.neverMute()) {
                        log.write(LOG, announcement::log);
                    }
                });
    }

    private Settings own() {
        Settings own = managementPort == null ? settings : settings.withManagementPort(managementPort);
        return grace == null ? own : own.withGrace(grace);
    }

    private EbbtideBuilder check(String name, ProbeKind kind, Check check) {
        checks.add(new Registration(Expect.name(name, "name"), kind, Expect.present(check, "check '" + name + "'")));
        return this;
    }
}
