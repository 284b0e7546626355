package io.ebbtide.spring;

import io.ebbtide.health.Check;
import io.ebbtide.redis.RedisCheck;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

/** Links to classes that an application may lack. Stateless. */
final class LettuceReplacement {
    private LettuceReplacement() {}

    /** Returns a check of the server by the client of the factory, on a connection of its own; null for any other factory. */
    static @Nullable Check check(Object factory) {
        if (!(factory instanceof LettuceConnectionFactory lettuce) || hasClientWithoutUri(lettuce)) {
            return null;
        }
        AbstractRedisClient client = lettuce.getNativeClient(); // null before the factory starts
        if (client instanceof RedisClusterClient cluster) {
            return RedisCheck.of(cluster);
        }
        return client instanceof RedisClient single ? RedisCheck.of(single) : null;
    }

    /** With a master and replicas that are listed, Spring passes the addresses at each connection. */
    private static boolean hasClientWithoutUri(LettuceConnectionFactory factory) {
        Field field = ReflectionUtils.findField(LettuceConnectionFactory.class, "configuration");
        if (field == null) {
            return true;
        }
        ReflectionUtils.makeAccessible(field);
        Object configuration = ReflectionUtils.getField(field, factory);
        return configuration == null || configuration instanceof RedisConfiguration.StaticMasterReplicaConfiguration;
    }
}
