package io.ebbtide.examples.orders;

import java.util.List;
import java.util.Optional;

/** Keeps orders. Safe for use by many threads. */
interface OrderStore {
    /** Makes the store usable; waits for what it needs. Once, before everything else. */
    default void prepare() throws InterruptedException {}

    /**
     * Takes an order. Once this returns, the order is kept.
     *
     * @throws StoreUnavailable if that is not certain
     */
    Order create(NewOrder order);

    /** The order with this id. */
    Optional<Order> find(long id);

    /**
     * The latest orders, the newest first.
     *
     * @param limit how many at most, {@code >= 1}
     */
    List<Order> latest(int limit);
}
