package io.ebbtide.spring;

import io.ebbtide.health.Check;
import java.lang.reflect.Field;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Ebbtide's checks in place of Spring Boot's indicators, where they check the same: databases behind HikariCP, Redis by Lettuce. Stateless. */
final class DependencyChecks {
    private static final Logger LOG = LoggerFactory.getLogger(DependencyChecks.class);

    private static final boolean JDBC = arePresent("io.ebbtide.jdbc.JdbcCheck", "com.zaxxer.hikari.HikariDataSource");
    private static final boolean REDIS = arePresent(
            "io.ebbtide.redis.RedisCheck",
            "io.lettuce.core.RedisClient",
            "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory");

    /** Boot's own indicators, in the packages of both lines, and where they keep what they check. */
    private static final Map<String, String> DATABASES = Map.of("DataSourceHealthIndicator", "dataSource");

    private static final Map<String, String> REDIS_SERVERS = Map.of(
            "RedisHealthIndicator", "redisConnectionFactory",
            "RedisReactiveHealthIndicator", "connectionFactory",
            "DataRedisHealthIndicator", "redisConnectionFactory",
            "DataRedisReactiveHealthIndicator", "connectionFactory");

    private DependencyChecks() {}

    private static boolean arePresent(String... types) {
        for (String type : types) {
            if (!ClassUtils.isPresent(type, DependencyChecks.class.getClassLoader())) {
                return false;
            }
        }
        return true;
    }

    /** Returns the check that replaces an indicator; null if there is none, or it is switched off. */
    static @Nullable Check of(Object indicator, EbbtideProperties properties) {
        try {
            if (JDBC && properties.jdbcCheck()) {
                Object dataSource = checkedBy(indicator, DATABASES);
                if (dataSource != null) {
                    return HikariReplacement.check(dataSource, (String) value(indicator, "query"));
                }
            }
            if (REDIS && properties.redisCheck()) {
                Object factory = checkedBy(indicator, REDIS_SERVERS);
                if (factory != null) {
                    return LettuceReplacement.check(factory);
                }
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.warn(
                    "{} is not replaced by a check of Ebbtide's (expected: versions that go together; see the cause, or set"
                            + " ebbtide.jdbc-check or ebbtide.redis-check to false)",
                    indicator.getClass().getName(),
                    e);
        }
        return null;
    }

    private static @Nullable Object checkedBy(Object indicator, Map<String, String> fields) {
        Class<?> type = indicator.getClass(); // not a subclass: that is the application's, and does more
        String field = type.getName().startsWith("org.springframework.boot.") ? fields.get(type.getSimpleName()) : null;
        return field == null ? null : value(indicator, field);
    }

    private static @Nullable Object value(Object indicator, String name) {
        Field field = ReflectionUtils.findField(indicator.getClass(), name);
        if (field == null) {
            return null;
        }
        ReflectionUtils.makeAccessible(field);
        return ReflectionUtils.getField(field, indicator);
    }
}
