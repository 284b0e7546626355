package io.ebbtide.examples.orders;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.health.Evidence;
import io.ebbtide.jdbc.JdbcCheck;
import io.ebbtide.jdbc.JdbcComponent;
import io.ebbtide.redis.RedisCheck;
import io.ebbtide.redis.RedisComponent;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Selects where the orders are stored: in the servers in {@code ORDERS_JDBC_URL} and {@code ORDERS_REDIS_URI}; if these are
 * not set, in real servers that are started for the service; in memory if {@code ORDERS_STORES} is {@code memory}, or if there
 * are no such servers for this platform. {@code ORDERS_POOL_SIZE} is the maximum number of database connections of one
 * process, 16 unless set: multiplied by the replicas it must fit the database's limit.
 */
final class Stores {
    private static final Logger LOG = LoggerFactory.getLogger(Stores.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration CACHE_PATIENCE = Duration.ofMillis(250);

    private Stores() {}

    /** Adds the required checks and components to the service, and returns the store. */
    static OrderStore addTo(EbbtideBuilder service, Map<String, String> environment, MeterRegistry registry) {
        String jdbcUrl = environment.get("ORDERS_JDBC_URL");
        String redisUri = environment.get("ORDERS_REDIS_URI");
        int poolSize = Integer.parseInt(environment.getOrDefault("ORDERS_POOL_SIZE", "16"));
        if (jdbcUrl != null && redisUri != null) {
            return inServers(service, jdbcUrl, poolSize, redisUri, registry);
        }
        if (jdbcUrl != null || redisUri != null) {
            throw new IllegalArgumentException(
                    "ORDERS_JDBC_URL, ORDERS_REDIS_URI: only one is set (expected: both or none)");
        }
        if ("memory".equals(environment.get("ORDERS_STORES"))) {
            return inMemory(service);
        }
        try {
            LOG.info("starting an embedded PostgreSQL and an embedded Redis");
            EmbeddedServers servers = EmbeddedServers.start();
            service.component("embedded servers", servers);
            jdbcUrl = servers.jdbcUrl();
            redisUri = servers.redisUri();
        } catch (IOException | RuntimeException e) {
            LOG.warn("no embedded PostgreSQL and Redis could be started; orders are kept in memory", e);
            return inMemory(service);
        }
        return inServers(service, jdbcUrl, poolSize, redisUri, registry);
    }

    private static OrderStore inMemory(EbbtideBuilder service) {
        LOG.info("orders are kept in memory");
        var store = new MemoryStore();
        service.component("store", store::clear);
        return store;
    }

    private static OrderStore inServers(
            EbbtideBuilder service, String jdbcUrl, int poolSize, String redisUri, MeterRegistry registry) {
        HikariDataSource pool = pool(jdbcUrl, poolSize, registry);
        RedisURI uri = RedisURI.create(redisUri);
        uri.setTimeout(CACHE_PATIENCE);
        RedisClient client = client(uri);
        var evidence = Evidence.create();
        service.component("db", JdbcComponent.closing(pool))
                .component("cache", RedisComponent.closing(client))
                .readiness(
                        "db",
                        JdbcCheck.of(pool)
                                .required()
                                .every(CHECK_INTERVAL)
                                .evidence(evidence)
                                .group("stores"))
                .readiness("cache", RedisCheck.of(client).every(CHECK_INTERVAL).group("stores"));
        return new CachedStore(new PostgresStore(pool, evidence), new RedisCache(client, uri));
    }

    /** Starts whether or not the database is reachable. */
    private static HikariDataSource pool(String jdbcUrl, int poolSize, MeterRegistry registry) {
        var config = new HikariConfig();
        config.setPoolName("orders");
        config.setJdbcUrl(jdbcUrl);
        config.setMaximumPoolSize(poolSize);
        config.setMinimumIdle(Math.min(4, poolSize));
        config.setConnectionTimeout(2_000);
        config.setValidationTimeout(1_000);
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("socketTimeout", "10"); // seconds; a request must not hang for ever
        config.addDataSourceProperty("connectTimeout", "2");
        config.setMetricRegistry(registry);
        return new HikariDataSource(config);
    }

    /** A cache that does not answer quickly is of no use. */
    private static RedisClient client(RedisURI uri) {
        RedisClient client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(CACHE_PATIENCE))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(Duration.ofSeconds(2))
                        .build())
                .build());
        return client;
    }
}
