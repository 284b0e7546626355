package io.ebbtide.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.Status;
import io.ebbtide.jdbc.JdbcCheck;
import io.ebbtide.jdbc.RealPostgres;
import io.ebbtide.redis.RealRedis;
import io.ebbtide.redis.RedisCheck;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The time from the moment at which a server stops answering to the snapshot that reports it. */
final class FrozenDependency {
    private static final int RUNS = 15;
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final Duration JDBC_TIMEOUT = Duration.ofMillis(400);
    private static final Duration REDIS_TIMEOUT = Duration.ofMillis(300);

    private FrozenDependency() {}

    static void measure(Results results) {
        results.attempt("PostgreSQL", () -> {
            try (RealPostgres postgres = RealPostgres.start();
                    HikariDataSource pool = pool(postgres)) {
                Check check = JdbcCheck.of(pool).every(INTERVAL).timeout(JDBC_TIMEOUT);
                measure(results, "PostgreSQL frozen to reported", check, postgres::freeze, postgres::thaw);
            }
        });
        results.attempt("Redis", () -> {
            try (RealRedis redis = RealRedis.start()) {
                RedisClient client = RedisClient.create(redis.uri());
                try {
                    Check check =
                            RedisCheck.of(client.connect()).every(INTERVAL).timeout(REDIS_TIMEOUT);
                    measure(results, "Redis frozen to reported", check, redis::freeze, redis::thaw);
                } finally {
                    client.shutdown(0, 2, TimeUnit.SECONDS);
                }
            }
        });
    }

    private static void measure(Results results, String figure, Check check, Runnable freeze, Runnable thaw) {
        try (Ebbtide service =
                Ebbtide.builder("frozen").readiness("dependency", check).build().start()) {
            var changes = new Semaphore(0);
            service.health().onChange(changes::release);
            await(service, changes, Status.UP);
            results.repeat(figure, RUNS, Bound.below(check.schedule().reportedWithin()), () -> {
                freeze.run();
                long frozen = System.nanoTime();
                try {
                    await(service, changes, Status.DEGRADED);
                    return Duration.ofNanos(System.nanoTime() - frozen);
                } finally {
                    thaw.run();
                    await(service, changes, Status.UP);
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the first verdict", e);
        }
    }

    /** Waits for a snapshot that contains the check and in which readiness has this status. */
    private static void await(Ebbtide service, Semaphore changes, Status status) throws InterruptedException {
        long end = System.nanoTime() + SignalledExit.HANG.toNanos();
        while (!service.health().snapshot().checks().get(0).known()
                || service.health().snapshot().readiness() != status) {
            if (!changes.tryAcquire(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("readiness: %s after %s (expected: %s)"
                        .formatted(service.health().snapshot(), SignalledExit.HANG, status));
            }
            changes.drainPermits();
        }
    }

    private static HikariDataSource pool(RealPostgres postgres) {
        var config = new HikariConfig();
        config.setJdbcUrl(postgres.jdbcUrl());
        config.setMaximumPoolSize(4);
        config.setConnectionTimeout(1_000);
        config.setValidationTimeout(500);
        return new HikariDataSource(config);
    }
}
