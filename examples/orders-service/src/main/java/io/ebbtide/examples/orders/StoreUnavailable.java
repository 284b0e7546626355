package io.ebbtide.examples.orders;

/** The store cannot do what is asked of it now; it may be able to in a moment. What was asked may have happened. */
final class StoreUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoreUnavailable(Throwable cause) {
        super("the store is unavailable", cause);
    }
}
