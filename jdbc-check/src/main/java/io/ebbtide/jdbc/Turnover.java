package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.push.PushMeterRegistry;
import java.util.OptionalLong;

/** How many connections have been returned to a pool, where the pool counts that. */
final class Turnover {
    private final HikariDataSource pool;

    Turnover(HikariDataSource pool) {
        this.pool = pool;
    }

    /**
     * Empty if the pool does not count its use in a Micrometer registry, or only in registries whose counts are not
     * totals: a registry that pushes may restart its counts with each step, so that two equal readings are no evidence.
     */
    OptionalLong count() {
        return pool.getMetricRegistry() instanceof MeterRegistry registry ? count(registry) : OptionalLong.empty();
    }

    private OptionalLong count(MeterRegistry registry) {
        if (registry instanceof CompositeMeterRegistry composite) {
            return composite.getRegistries().stream()
                    .map(this::count)
                    .filter(OptionalLong::isPresent)
                    .findFirst()
                    .orElse(OptionalLong.empty());
        }
        if (registry instanceof PushMeterRegistry) {
            return OptionalLong.empty();
        }
        Timer usage = registry.find("hikaricp.connections.usage")
                .tag("pool", pool.getPoolName())
                .timer();
        return usage == null || usage.count() == 0 // some registries do not count
                ? OptionalLong.empty()
                : OptionalLong.of(usage.count());
    }
}
