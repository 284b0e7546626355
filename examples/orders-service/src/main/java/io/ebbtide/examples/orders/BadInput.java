package io.ebbtide.examples.orders;

/** A request that the client has to change; the message describes the change. */
final class BadInput extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    BadInput(int status, String reason) {
        super(reason);
        this.status = status;
    }

    int status() {
        return status;
    }
}
