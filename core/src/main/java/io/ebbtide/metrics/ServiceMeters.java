package io.ebbtide.metrics;

import io.ebbtide.health.Health;
import io.ebbtide.health.Status;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.peers.LateTraffic;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.TrafficSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of one service, in a registry from its start to its stop, all with the tag {@code service}. Their names
 * and meanings are documented in {@code docs/reference/metrics.md}. Safe for use by many threads.
 */
public final class ServiceMeters implements Component {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceMeters.class);
    private static final List<LifecycleState> SHUTDOWN_STATES =
            List.of(LifecycleState.LAME_DUCK, LifecycleState.DRAINING, LifecycleState.STOPPING);

    /** Enough for tasks that call no blocking code. */
    private static final Duration MAX_TO_SETTLE = Duration.ofSeconds(1);

    private static final Optional<Backlog> NONE = Optional.empty();

    private final MeterRegistry registry;
    private final MeterRules rules;
    private final Lifecycle lifecycle;
    private final InFlight inFlight;
    private final Health health;
    private final BackgroundLog log;
    private final MeterGroup meters;
    private final CheckMeters checks;
    private final RotationMeters rotation;
    private final MetersThread thread;
    private @Nullable RequestMeters requests;

    /** Creates the meters of a service, not yet in the registry. */
    public ServiceMeters(
            MeterRegistry registry,
            MeterRules rules,
            Lifecycle lifecycle,
            InFlight inFlight,
            Health health,
            BackgroundLog log) {
        this.registry = registry;
        this.rules = rules;
        this.lifecycle = lifecycle;
        this.inFlight = inFlight;
        this.health = health;
        this.log = log;
        String service = lifecycle.service();
        meters = new MeterGroup(registry, service);
        checks = new CheckMeters(meters, health, lifecycle.ticker());
        rotation = new RotationMeters(new MeterGroup(registry, service), rules, lifecycle, health, inFlight);
        thread = new MetersThread("ebbtide-" + service + "-meters", this::refresh, log, lifecycle.ticker());
        health.onChange(thread::requestRefresh);
        lifecycle.onMove(this::moved);
        lifecycle.onStarted(() -> thread.await(MAX_TO_SETTLE));
    }

    /** @throws IllegalStateException if the registry has the meters of a service of this name already */
    @Override
    public void start() {
        String service = lifecycle.service();
        if (registry.find("ebbtide.state").tag("service", service).meter() != null) {
            throw new IllegalStateException(
                    "registry: already has meters of a service named '%s' (expected: another name, or another registry)"
                            .formatted(service));
        }
        try {
            registerWork();
            registerStates();
            checks.refresh();
            registerLateTraffic();
            startTimingRequests();
        } catch (RuntimeException | Error e) { // an unstarted component is not stopped: these would stay
            stop(MAX_TO_SETTLE);
            throw e;
        }
    }

    /** Sources can report their load and their name once they have started. */
    private void moved(LifecycleState state) {
        if (state == LifecycleState.RUNNING) {
            thread.execute(this::begin);
        }
        thread.requestRefresh();
    }

    private void begin() {
        Map<String, Backlog> backlogs = backlogs();
        var loads = new IdentityHashMap<TrafficSource, LastGoodValue<SourceLoad>>();
        lifecycle.plan().sources().forEach(source -> loads.put(source, load(source)));
        rotation.begin(backlogs, loads.values());
        loads.forEach((source, load) -> registerSource(nameOf(source), load));
        backlogs.forEach((name, backlog) -> new QueueMeters(meters, thread, name, backlog).register());
    }

    private void refresh() {
        checks.refresh();
        rotation.refresh();
    }

    private Map<String, Backlog> backlogs() {
        Map<String, Backlog> backlogs = new LinkedHashMap<>();
        lifecycle
                .plan()
                .backlogs()
                .forEach((name, backlog) -> backlogs.put(name, LastGoodValue.backlog(backlog, failed(name))));
        for (TrafficSource source : lifecycle.plan().sources()) {
            String name = nameOf(source);
            new LastGoodValue<>(() -> Optional.ofNullable(source.backlog()), NONE, failed(name))
                    .get()
                    .ifPresent(backlog -> add(name, LastGoodValue.backlog(backlog, failed(name)), backlogs));
        }
        return backlogs;
    }

    /** Two series of one name cannot exist, and the registry would silently keep the first. */
    private void add(String name, Backlog backlog, Map<String, Backlog> backlogs) {
        if (backlogs.putIfAbsent(name, backlog) != null) {
            log.write(
                    LOG,
                    to -> to.warn(
                            "'{}' has two queues named '{}'; its meters show the first one (expected: a distinct name for"
                                    + " each queue, executor and source; rename one)",
                            lifecycle.service(),
                            name));
        }
    }

    private LastGoodValue<SourceLoad> load(TrafficSource source) {
        return new LastGoodValue<>(source::load, SourceLoad.nothingKnown(), failed(nameOf(source)));
    }

    /** The name is the value of a tag. */
    private static String nameOf(TrafficSource source) {
        return Printable.line(Redact.text(source.name()));
    }

    private Consumer<Throwable> failed(String name) {
        return failure -> log.write(
                LOG,
                to -> to.warn(
                        "'{}' failed to report a value to the meters of '{}'; they keep its last value: {}",
                        name,
                        lifecycle.service(),
                        Redact.oneLine(failure)));
    }

    private void registerWork() {
        for (WorkKind kind : WorkKind.values()) {
            String name = lower(kind);
            meters.counter("ebbtide.requests", "Work admitted", inFlight, from -> from.total(kind), "kind", name);
            meters.gauge("ebbtide.inflight", "Work in flight", inFlight, from -> from.count(kind), "kind", name);
            meters.counter(
                    "ebbtide.cut",
                    "Work that was aborted because its time was over",
                    inFlight,
                    from -> from.cut(kind),
                    "kind",
                    name);
        }
        if (rules.inFlightLimit() > 0) {
            meters.gauge(
                    "ebbtide.inflight.limit",
                    "The limit of work in flight of the instance",
                    rules,
                    MeterRules::inFlightLimit);
        }
    }

    private void registerStates() {
        for (LifecycleState state : LifecycleState.values()) {
            meters.gauge(
                    "ebbtide.state",
                    "1 for the current state of the service, 0 for the others",
                    lifecycle,
                    from -> from.state() == state ? 1 : 0,
                    "state",
                    lower(state));
            meters.counter(
                    "ebbtide.moves",
                    "Transitions of the service into a state",
                    lifecycle,
                    from -> from.hasEntered(state) ? 1 : 0,
                    "to",
                    lower(state));
        }
        for (LifecycleState state : SHUTDOWN_STATES) {
            meters.seconds(
                    "ebbtide.shutdown",
                    "How long the state has lasted, for the states of a shutdown",
                    lifecycle,
                    from -> from.timeIn(state),
                    "state",
                    lower(state));
        }
        for (Status status : Status.values()) {
            meters.gauge(
                    "ebbtide.readiness",
                    "1 for the status of readiness that results from the checks",
                    health,
                    from -> from.snapshot().readiness() == status ? 1 : 0,
                    "status",
                    lower(status));
        }
        meters.gauge(
                "ebbtide.in.rotation",
                "1 while the instance should receive traffic",
                rotation,
                from -> from.isInRotation() ? 1 : 0);
        meters.seconds(
                "ebbtide.grace",
                "The total time that is allowed for a shutdown",
                lifecycle,
                from -> from.plan().budget().grace());
        meters.counter(
                "ebbtide.failures",
                "Failures within the library that it has survived, such as lack of memory",
                log,
                BackgroundLog::survived);
        meters.seconds("ebbtide.grace.used", "Time of the grace that is used up", lifecycle, Lifecycle::graceUsed);
    }

    private void registerLateTraffic() {
        LateTraffic late = lifecycle.late();
        String requests = "Requests that arrived after the shutdown was requested";
        meters.counter("ebbtide.late.requests", requests, late, LateTraffic::onNewConnections, "connection", "new");
        meters.counter(
                "ebbtide.late.requests",
                requests,
                late,
                from -> Math.max(0, from.count() - from.onNewConnections()),
                "connection",
                "reused");
        for (int i = 0; i <= LateTraffic.OFFSETS.size(); i++) {
            int index = i;
            String upTo = i < LateTraffic.OFFSETS.size()
                    ? String.valueOf(LateTraffic.OFFSETS.get(i).toMillis() / 1_000.0)
                    : "inf";
            meters.counter(
                    "ebbtide.late.offset",
                    "Late requests by seconds since the signal, in classes that do not overlap",
                    late,
                    from -> from.countAt(index),
                    "upto",
                    upTo);
        }
        meters.seconds(
                "ebbtide.late.latest", "Time from the signal to the latest late request", late, LateTraffic::latest);
    }

    /** Registers only the values that the source can report. */
    private void registerSource(String source, LastGoodValue<SourceLoad> load) {
        register(source, load, "ebbtide.connections.open", "Open connections", SourceLoad::openConnections);
        register(source, load, "ebbtide.workers.busy", "Workers of the pool that are busy", SourceLoad::busyWorkers);
        register(source, load, "ebbtide.workers.max", "Maximum number of workers of the pool", SourceLoad::maxWorkers);
        register(
                source,
                load,
                "ebbtide.workers.queued",
                "Requests that wait for a worker of the pool",
                SourceLoad::queued);
    }

    private void register(
            String source,
            LastGoodValue<SourceLoad> load,
            String name,
            String description,
            ToIntFunction<SourceLoad> value) {
        if (value.applyAsInt(load.get()) != SourceLoad.UNKNOWN) {
            meters.gauge(name, description, load, from -> Math.max(0, value.applyAsInt(from.get())), "source", source);
        }
    }

    private void startTimingRequests() {
        RequestNames names = rules.requests();
        if (names == null) {
            return;
        }
        boolean others = registry.find(names.timer()).meters().stream()
                .anyMatch(meter -> meter.getId().getTag("service") == null);
        if (others) {
            log.write(
                    LOG,
                    to -> to.info(
                            "'{}' does not time requests: another component has already registered {}",
                            lifecycle.service(),
                            names.timer()));
            return;
        }
        requests = new RequestMeters(registry, meters, names, lifecycle.service(), rules.buckets(), log);
        lifecycle.watchRequests(requests);
    }

    @Override
    public void stop(Duration within) {
        lifecycle.watchRequests(null);
        if (requests != null) {
            requests.end();
        }
        thread.execute(rotation::remove);
        if (!thread.await(within.dividedBy(2))) { // a source or a registry that hangs delays only its own meters
            log.write(LOG, to -> to.warn("the meters of '{}' hang, still at{}", lifecycle.service(), thread.stack()));
        }
        thread.close();
        checks.forget();
        meters.removeAll();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
