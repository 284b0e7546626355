package io.ebbtide.examples.orders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads single orders from the cache if they are there. If the cache fails, the store behind it is read. */
final class CachedStore implements OrderStore {
    private final OrderStore store;
    private final RedisCache cache;
    private final JsonMapper json = new JsonMapper();

    CachedStore(OrderStore store, RedisCache cache) {
        this.store = store;
        this.cache = cache;
    }

    @Override
    public void prepare() throws InterruptedException {
        store.prepare();
    }

    @Override
    public Order create(NewOrder order) {
        return store.create(order);
    }

    /** Orders never change, so cached orders are never wrong. */
    @Override
    public Optional<Order> find(long id) {
        String text = cache.get(key(id));
        Order cached = text == null ? null : read(id, text);
        if (cached != null) {
            return Optional.of(cached);
        }
        Optional<Order> found = store.find(id);
        found.ifPresent(order -> cache.put(key(id), write(order)));
        return found;
    }

    @Override
    public List<Order> latest(int limit) {
        return store.latest(limit);
    }

    private @Nullable Order read(long id, String text) {
        try {
            JsonNode order = json.readTree(text);
            return new Order(
                    id,
                    order.path("item").asText(),
                    order.path("quantity").asInt(),
                    Instant.parse(order.path("at").asText()));
        } catch (JsonProcessingException | DateTimeParseException e) {
            return null;
        }
    }

    private String write(Order order) {
        return json.createObjectNode()
                .put("item", order.item())
                .put("quantity", order.quantity())
                .put("at", order.at().toString())
                .toString();
    }

    private static String key(long id) {
        return "order:" + id;
    }
}
