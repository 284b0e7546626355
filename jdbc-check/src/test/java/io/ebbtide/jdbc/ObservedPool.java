package io.ebbtide.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts how often its numbers are read: once for each run of a check, once for each poll of a component that stops. */
final class ObservedPool extends HikariDataSource {
    private final AtomicInteger readings = new AtomicInteger();

    ObservedPool(HikariConfig config) {
        super(config);
    }

    @Override
    public HikariPoolMXBean getHikariPoolMXBean() {
        readings.incrementAndGet();
        return super.getHikariPoolMXBean();
    }

    int readings() {
        return readings.get();
    }
}
