package io.ebbtide.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The meters that somebody has put into a registry, to be taken out again together. Safe for use by many threads. */
final class Registered {
    private final MeterRegistry registry;
    private final String service;
    private final List<Meter> meters = new ArrayList<>();

    Registered(MeterRegistry registry, String service) {
        this.registry = registry;
        this.service = service;
    }

    /**
     * A gauge, read when somebody looks; it holds its source strongly.
     *
     * @param tags name and value by turns, without {@code service}
     */
    <T> void gauge(String name, String description, T from, ToDoubleFunction<T> value, String... tags) {
        add(Gauge.builder(name, from, value)
                .tag("service", service)
                .tags(tags)
                .description(description)
                .strongReference(true)
                .register(registry));
    }

    /** The same in seconds. */
    <T> void seconds(String name, String description, T from, Function<T, Duration> value, String... tags) {
        add(TimeGauge.builder(
                        name,
                        from,
                        TimeUnit.NANOSECONDS,
                        source -> value.apply(source).toNanos())
                .tag("service", service)
                .tags(tags)
                .description(description)
                .strongReference(true)
                .register(registry));
    }

    /**
     * A count that only grows: one that is put together from several may be found smaller than before for a moment, which a
     * scraper would take for a restart, and count everything once more.
     */
    <T> void counter(String name, String description, T from, ToDoubleFunction<T> value, String... tags) {
        var highest = new DoubleAccumulator(Math::max, 0);
        add(FunctionCounter.builder(name, from, source -> {
                    highest.accumulate(value.applyAsDouble(source));
                    return highest.get();
                })
                .tag("service", service)
                .tags(tags)
                .description(description)
                .register(registry));
    }

    synchronized void add(Meter meter) {
        meters.add(meter);
    }

    /** Takes them all out: a series that says nothing any more is absent, never zero or NaN. */
    void removeAll() {
        List<Meter> all;
        synchronized (this) {
            all = List.copyOf(meters);
            meters.clear();
        }
        all.forEach(registry::remove); // not under the lock: a registry tells its listeners
    }
}
