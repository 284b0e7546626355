package io.ebbtide.metrics;

import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Health;
import io.ebbtide.health.Status;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
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
 *   <li>{@code ebbtide.late.requests} (counter): work that arrived after the service was told to stop
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
        meters.add(FunctionCounter.builder("ebbtide.late.requests", lifecycle, Lifecycle::lateRequests)
                .tag("service", service)
                .description("Work that arrived after the service was told to stop")
                .register(registry));
        meters.add(TimeGauge.builder(
                        "ebbtide.late.latest",
                        lifecycle,
                        TimeUnit.MILLISECONDS,
                        from -> from.latestLateRequest().toMillis())
                .tag("service", service)
                .description("How long after the signal the latest late request came")
                .register(registry));
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
