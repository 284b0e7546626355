package io.ebbtide.examples.spring;

import java.time.Duration;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Orders in Redis for ten minutes. Without Redis it is empty. Safe for use by many threads. */
@Component
class OrderCache {
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private final StringRedisTemplate redis;
    private final JsonMapper json;

    OrderCache(StringRedisTemplate redis, JsonMapper json) {
        this.redis = redis;
        this.json = json;
    }

    Optional<Order> find(long id) {
        try {
            String text = redis.opsForValue().get(key(id));
            return text == null ? Optional.empty() : Optional.of(json.readValue(text, Order.class));
        } catch (DataAccessException | JacksonException e) {
            return Optional.empty(); // the store has it
        }
    }

    void put(Order order) {
        try {
            redis.opsForValue().set(key(order.id()), json.writeValueAsString(order), LIFETIME);
        } catch (DataAccessException e) {
            // the next request reads the store again
        }
    }

    private static String key(long id) {
        return "order:" + id;
    }
}
