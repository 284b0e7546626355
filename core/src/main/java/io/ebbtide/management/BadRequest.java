package io.ebbtide.management;

/** A request that cannot be parsed, or is refused; the connection ends after the answer. */
final class BadRequest extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String reason;

    BadRequest(int status, String reason) {
        super(reason, null, false, false);
        this.status = status;
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    int status() {
        return status;
    }
}
