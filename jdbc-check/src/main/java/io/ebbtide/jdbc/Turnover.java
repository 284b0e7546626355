package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.OptionalLong;

/** How many connections have come back to a pool, where it counts that. */
final class Turnover {
    private final HikariDataSource pool;

    Turnover(HikariDataSource pool) {
        this.pool = pool;
    }

    /** Empty if the pool does not count its use in a Micrometer registry. */
    OptionalLong count() {
        if (pool.getMetricRegistry() instanceof MeterRegistry registry) {
            Timer usage = registry.find("hikaricp.connections.usage")
                    .tag("pool", pool.getPoolName())
                    .timer();
            return usage == null || usage.count() == 0 // some registries count nothing
                    ? OptionalLong.empty()
                    : OptionalLong.of(usage.count());
        }
        return OptionalLong.empty();
    }
}
