package io.ebbtide.examples.orders;

/** The store cannot perform an operation now; a retry may succeed. The operation may have been performed. */
final class StoreUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoreUnavailable(Throwable cause) {
        super("the store is unavailable", cause);
    }
}
