package io.ebbtide.metrics;

import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Health;
import io.ebbtide.health.Status;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LateTraffic;
import io.ebbtide.lifecycle.Lifecycle;
import io.ebbtide.lifecycle.LifecycleState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The meters of one service, in a registry from its start to its stop. All bear the tag {@code service}.
 *
 * <ul>
 *   <li>{@code ebbtide.requests} (counter, tag {@code kind}): work let in
 *   <li>{@code ebbtide.inflight} (gauge, tag {@code kind}): work in flight
 *   <li>{@code ebbtide.state} (gauge, tag {@code state}): 1 for the present state, 0 for the others
 *   <li>{@code ebbtide.readiness} (gauge, tag {@code status}): 1 for what the checks make of readiness: {@code up}, {@code
 *       degraded}, {@code down}
 *   <li>{@code ebbtide.check.up} (gauge, tags {@code check}, {@code required}): 1 while a check is up, else 0
 *   <li>{@code ebbtide.late.requests} (counter, tag {@code connection}): requests that arrived after the service was told
 *       to stop, on a {@code new} connection or a {@code reused} one
 *   <li>{@code ebbtide.late.offset} (counter, tag {@code upto} in seconds): the same by how long after the signal they
 *       came, in classes that do not overlap
 *   <li>{@code ebbtide.late.latest} (gauge, seconds): how long after that the latest came
 * </ul>
 */
public final class ServiceMeters implements Component {
    private final MeterRegistry registry;
    private final Lifecycle lifecycle;
    private final InFlight inFlight;
    private final Health health;
    private final List<Meter> meters = new ArrayList<>();

    /** Meters of a service, not yet in the registry. */
    public ServiceMeters(MeterRegistry registry, Lifecycle lifecycle, InFlight inFlight, Health health) {
        this.registry = registry;
        this.lifecycle = lifecycle;
        this.inFlight = inFlight;
        this.health = health;
    }

    @Override
    public void start() {
        String service = lifecycle.service();
        for (WorkKind kind : WorkKind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            meters.add(FunctionCounter.builder("ebbtide.requests", inFlight, from -> from.total(kind))
                    .tags("service", service, "kind", name)
                    .description("Work let in")
                    .register(registry));
            meters.add(Gauge.builder("ebbtide.inflight", inFlight, from -> from.count(kind))
                    .tags("service", service, "kind", name)
                    .description("Work in flight")
                    .register(registry));
        }
        for (LifecycleState state : LifecycleState.values()) {
            meters.add(Gauge.builder("ebbtide.state", lifecycle, from -> from.state() == state ? 1 : 0)
                    .tags("service", service, "state", state.name().toLowerCase(Locale.ROOT))
                    .description("1 for the state that the service is in")
                    .register(registry));
        }
        registerHealth(service);
        registerLateTraffic(service);
    }

    private void registerLateTraffic(String service) {
        LateTraffic late = lifecycle.late();
        meters.add(late("new", late, LateTraffic::onNewConnections));
        meters.add(late("reused", late, from -> from.count() - from.onNewConnections()));
        for (int i = 0; i <= LateTraffic.OFFSETS.size(); i++) {
            int index = i;
            String upTo = i < LateTraffic.OFFSETS.size()
                    ? String.valueOf(LateTraffic.OFFSETS.get(i).toMillis() / 1_000.0)
                    : "inf";
            meters.add(FunctionCounter.builder("ebbtide.late.offset", late, from -> from.countAt(index))
                    .tags("service", service, "upto", upTo)
                    .description(
                            "Late requests by how many seconds after the signal they came, in classes that do not overlap")
                    .register(registry));
        }
        meters.add(TimeGauge.builder(
                        "ebbtide.late.latest",
                        late,
                        TimeUnit.MILLISECONDS,
                        from -> from.latest().toMillis())
                .tag("service", service)
                .description("How long after the signal the latest late request came")
                .register(registry));
    }

    private Meter late(String connection, LateTraffic late, ToDoubleFunction<LateTraffic> count) {
        return FunctionCounter.builder("ebbtide.late.requests", late, count)
                .tags("service", lifecycle.service(), "connection", connection)
                .description("Requests that arrived after the service was told to stop")
                .register(registry);
    }

    private void registerHealth(String service) {
        for (Status status : Status.values()) {
            meters.add(Gauge.builder(
                            "ebbtide.readiness", health, from -> from.snapshot().readiness() == status ? 1 : 0)
                    .tags("service", service, "status", status.name().toLowerCase(Locale.ROOT))
                    .description("1 for what the checks make of readiness")
                    .register(registry));
        }
        List<CheckStatus> checks = health.snapshot().checks();
        for (int i = 0; i < checks.size(); i++) {
            int index = i; // checks keep their places
            meters.add(Gauge.builder(
                            "ebbtide.check.up",
                            health,
                            from -> from.snapshot().checks().get(index).status() == Status.UP ? 1 : 0)
                    .tags("service", service, "check", checks.get(i).name())
                    .tag("required", String.valueOf(checks.get(i).required()))
                    .description("1 while the check is up")
                    .register(registry));
        }
    }

    @Override
    public void stop(Duration within) {
        meters.forEach(registry::remove);
        meters.clear();
    }
}
