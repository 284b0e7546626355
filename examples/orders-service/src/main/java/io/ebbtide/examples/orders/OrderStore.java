package io.ebbtide.examples.orders;

import java.util.List;
import java.util.Optional;

/** Keeps orders. Safe for use by many threads. */
interface OrderStore extends AutoCloseable {
    /** Takes an order. Once this returns, the order is kept. */
    Order create(NewOrder order);

    /** The order with this id. */
    Optional<Order> find(long id);

    /**
     * The latest orders, the newest first.
     *
     * @param limit how many at most, {@code >= 1}
     */
    List<Order> latest(int limit);

    @Override
    void close();
}
