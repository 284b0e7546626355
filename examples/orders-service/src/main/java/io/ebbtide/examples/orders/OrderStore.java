package io.ebbtide.examples.orders;

import java.util.List;
import java.util.Optional;

/** Keeps orders. Safe for use by many threads. */
interface OrderStore {
    /** Prepares the store; waits for its dependencies. Called once, before all other methods. */
    default void prepare() throws InterruptedException {}

    /**
     * Stores an order. Once this returns, the order is stored.
     *
     * @throws StoreUnavailable if it is not certain that the order is stored
     */
    Order create(NewOrder order);

    /** Finds the order with this id. */
    Optional<Order> find(long id);

    /**
     * Lists the latest orders, newest first.
     *
     * @param limit the maximum number, {@code >= 1}
     */
    List<Order> latest(int limit);
}
