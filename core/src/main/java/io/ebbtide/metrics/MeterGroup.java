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
import org.jspecify.annotations.Nullable;

/** The meters added to a registry by one owner, to be removed together. Safe for use by many threads. */
final class MeterGroup {
    private final MeterRegistry registry;
    private final String service;
    private final List<Meter> meters = new ArrayList<>();

    MeterGroup(MeterRegistry registry, String service) {
        this.registry = registry;
        this.service = service;
    }

    /**
     * Adds a gauge, read when the registry is scraped; it holds its source strongly.
     *
     * @param tags names and values alternately, without {@code service}
     */
    <T> void gauge(String name, String description, T from, ToDoubleFunction<T> value, String... tags) {
        add(Gauge.builder(name, from, value)
                .tag("service", service)
                .tags(tags)
                .description(description)
                .strongReference(true)
                .register(registry));
    }

    /** Adds a gauge in seconds; null is NaN, until the meter is removed. */
    <T> Meter seconds(String name, String description, T from, Function<T, @Nullable Duration> value, String... tags) {
        Meter meter = TimeGauge.builder(name, from, TimeUnit.NANOSECONDS, source -> nanos(value.apply(source)))
                .tag("service", service)
                .tags(tags)
                .description(description)
                .strongReference(true)
                .register(registry);
        add(meter);
        return meter;
    }

    private static double nanos(@Nullable Duration duration) {
        return duration == null ? Double.NaN : duration.toNanos();
    }

    /**
     * Adds a count that only grows: a sum of several counts may be read smaller than before for a moment, which a
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

    /** Removes one of them. */
    void remove(Meter meter) {
        synchronized (this) {
            meters.remove(meter);
        }
        registry.remove(meter);
    }

    /**
     * Removes all of them: a series that has no meaning any more is absent, never zero or NaN.
     *
     * @throws RuntimeException the first that a listener of the registry threw, after all were tried
     */
    void removeAll() {
        List<Meter> all;
        synchronized (this) {
            all = List.copyOf(meters);
            meters.clear();
        }
        RuntimeException failure = null;
        for (Meter meter :
                all) { // outside the lock: a registry calls its listeners, and a failing one must not affect the others
            try {
                registry.remove(meter);
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else if (failure != e) {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
