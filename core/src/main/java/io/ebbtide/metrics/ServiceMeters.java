package io.ebbtide.metrics;

import io.ebbtide.health.Health;
import io.ebbtide.health.Status;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.Backlog;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LateTraffic;
import io.ebbtide.lifecycle.Lifecycle;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.lifecycle.SourceLoad;
import io.ebbtide.lifecycle.TrafficSource;
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
    private static final List<LifecycleState> LEAVING =
            List.of(LifecycleState.LAME_DUCK, LifecycleState.DRAINING, LifecycleState.STOPPING);

    /** Enough for tasks that call no blocking code. */
    private static final Duration MOST_TO_SETTLE = Duration.ofSeconds(1);

    private static final Optional<Backlog> NONE = Optional.empty();

    private final MeterRegistry registry;
    private final MeterRules rules;
    private final Lifecycle lifecycle;
    private final InFlight inFlight;
    private final Health health;
    private final BackgroundLog log;
    private final Registered meters;
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
        meters = new Registered(registry, service);
        checks = new CheckMeters(meters, health, Ticker.system());
        rotation = new RotationMeters(new Registered(registry, service), rules, lifecycle, health, inFlight);
        thread = new MetersThread("ebbtide-" + service + "-meters", this::look, log);
        health.onChange(thread::look);
        lifecycle.onMove(this::moved);
        lifecycle.onStarted(() -> thread.await(MOST_TO_SETTLE));
    }

    /** @throws IllegalStateException if the registry has the meters of a service of this name already */
    @Override
    public void start() {
        String service = lifecycle.service();
        if (registry.find("ebbtide.state").tag("service", service).meter() != null) {
            throw new IllegalStateException(
                    "registry: has the meters of a service '%s' already (expected: another name, or another registry)"
                            .formatted(service));
        }
        try {
            registerWork();
            registerStates();
            checks.register();
            registerLateTraffic();
            startTimingRequests();
        } catch (RuntimeException | Error e) { // an unstarted component is not stopped: these would stay
            stop(MOST_TO_SETTLE);
            throw e;
        }
    }

    /** Sources can report their load and their name once they have started. */
    private void moved(LifecycleState state) {
        if (state == LifecycleState.RUNNING) {
            thread.execute(this::begin);
        }
        thread.look();
    }

    private void begin() {
        Map<String, Backlog> backlogs = backlogs();
        var loads = new IdentityHashMap<TrafficSource, Steady<SourceLoad>>();
        lifecycle.plan().sources().forEach(source -> loads.put(source, load(source)));
        rotation.begin(backlogs, loads.values());
        loads.forEach((source, load) -> registerSource(nameOf(source), load));
        backlogs.forEach((name, backlog) -> new QueueMeters(meters, thread, name, backlog).register());
    }

    private void look() {
        checks.look();
        rotation.look();
    }

    private Map<String, Backlog> backlogs() {
        Map<String, Backlog> backlogs = new LinkedHashMap<>();
        lifecycle
                .plan()
                .backlogs()
                .forEach((name, backlog) -> backlogs.put(name, Steady.backlog(backlog, failed(name))));
        for (TrafficSource source : lifecycle.plan().sources()) {
            String name = nameOf(source);
            new Steady<>(() -> Optional.ofNullable(source.backlog()), NONE, failed(name))
                    .get()
                    .ifPresent(backlog -> add(name, Steady.backlog(backlog, failed(name)), backlogs));
        }
        return backlogs;
    }

    /** Two series of one name cannot exist, and the registry would silently keep the first. */
    private void add(String name, Backlog backlog, Map<String, Backlog> backlogs) {
        if (backlogs.putIfAbsent(name, backlog) != null) {
            log.write(
                    LOG,
                    to -> to.warn(
                            "'{}' has two queues that are called '{}', and its meters tell the first (expected: a name for"
                                    + " each queue, executor and source; rename one)",
                            lifecycle.service(),
                            name));
        }
    }

    private Steady<SourceLoad> load(TrafficSource source) {
        return new Steady<>(source::load, SourceLoad.nothingKnown(), failed(nameOf(source)));
    }

    /** The name is the value of a tag. */
    private static String nameOf(TrafficSource source) {
        return Printable.line(Redact.text(source.name()));
    }

    private Consumer<Throwable> failed(String name) {
        return failure -> log.write(
                LOG,
                to -> to.warn(
                        "'{}' fails to tell the meters of '{}' what they ask, what it told last stands: {}",
                        name,
                        lifecycle.service(),
                        Redact.oneLine(failure)));
    }

    private void registerWork() {
        for (WorkKind kind : WorkKind.values()) {
            String name = lower(kind);
            meters.counter("ebbtide.requests", "Work let in", inFlight, from -> from.total(kind), "kind", name);
            meters.gauge("ebbtide.inflight", "Work in flight", inFlight, from -> from.count(kind), "kind", name);
            meters.counter(
                    "ebbtide.cut",
                    "Work that was in flight when the time for it was over",
                    inFlight,
                    from -> from.cut(kind),
                    "kind",
                    name);
        }
        if (rules.inFlightLimit() > 0) {
            meters.gauge(
                    "ebbtide.inflight.limit",
                    "How much work in flight the instance can take",
                    rules,
                    MeterRules::inFlightLimit);
        }
    }

    private void registerStates() {
        for (LifecycleState state : LifecycleState.values()) {
            meters.gauge(
                    "ebbtide.state",
                    "1 for the state that the service is in",
                    lifecycle,
                    from -> from.state() == state ? 1 : 0,
                    "state",
                    lower(state));
            meters.counter(
                    "ebbtide.moves",
                    "Moves of the service into a state",
                    lifecycle,
                    from -> from.hasEntered(state) ? 1 : 0,
                    "to",
                    lower(state));
        }
        for (LifecycleState state : LEAVING) {
            meters.seconds(
                    "ebbtide.shutdown",
                    "How long the state has lasted, of those in which the service leaves",
                    lifecycle,
                    from -> from.timeIn(state),
                    "state",
                    lower(state));
        }
        for (Status status : Status.values()) {
            meters.gauge(
                    "ebbtide.readiness",
                    "1 for what the checks make of readiness",
                    health,
                    from -> from.snapshot().readiness() == status ? 1 : 0,
                    "status",
                    lower(status));
        }
        meters.gauge(
                "ebbtide.in.rotation",
                "1 while the instance is to get traffic",
                rotation,
                from -> from.isInRotation() ? 1 : 0);
        meters.seconds(
                "ebbtide.grace",
                "The whole time of a shutdown",
                lifecycle,
                from -> from.plan().budget().grace());
        meters.counter(
                "ebbtide.failures",
                "Failures within the library, such as for want of memory, that it has survived",
                log,
                BackgroundLog::survived);
        meters.seconds("ebbtide.grace.used", "How much of the grace is used up", lifecycle, Lifecycle::graceUsed);
    }

    private void registerLateTraffic() {
        LateTraffic late = lifecycle.late();
        String requests = "Requests that arrived after the service was told to stop";
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
                    "Late requests by how many seconds after the signal they came, in classes that do not overlap",
                    late,
                    from -> from.countAt(index),
                    "upto",
                    upTo);
        }
        meters.seconds(
                "ebbtide.late.latest",
                "How long after the signal the latest late request came",
                late,
                LateTraffic::latest);
    }

    /** Registers only the values that the source can report. */
    private void registerSource(String source, Steady<SourceLoad> load) {
        register(source, load, "ebbtide.connections.open", "Connections that are open", SourceLoad::openConnections);
        register(source, load, "ebbtide.workers.busy", "Workers of the pool that are at work", SourceLoad::busyWorkers);
        register(
                source, load, "ebbtide.workers.max", "The most workers that the pool can have", SourceLoad::maxWorkers);
        register(source, load, "ebbtide.workers.queued", "What waits for a worker of the pool", SourceLoad::queued);
    }

    private void register(
            String source, Steady<SourceLoad> load, String name, String description, ToIntFunction<SourceLoad> value) {
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
                            "'{}' does not time requests: somebody else keeps {} in the registry already",
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
