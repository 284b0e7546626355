package io.ebbtide.examples.orders;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps orders for the lifetime of the process. */
final class MemoryStore implements OrderStore {
    private final AtomicLong lastId = new AtomicLong();
    private final ConcurrentNavigableMap<Long, Order> orders = new ConcurrentSkipListMap<>();

    @Override
    public Order create(NewOrder wanted) {
        var order = new Order(lastId.incrementAndGet(), wanted.item(), wanted.quantity(), Instant.now());
        orders.put(order.id(), order);
        return order;
    }

    @Override
    public Optional<Order> find(long id) {
        return Optional.ofNullable(orders.get(id));
    }

    @Override
    public List<Order> latest(int limit) {
        return orders.descendingMap().values().stream().limit(limit).toList();
    }

    void clear() {
        orders.clear();
    }
}
