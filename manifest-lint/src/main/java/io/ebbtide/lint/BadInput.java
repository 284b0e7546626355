package io.ebbtide.lint;

/** Input that cannot be read. The message says where, what, what was expected, and the remedy. */
final class BadInput extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;
    private final boolean beyondLimits;

    private BadInput(int line, String message, boolean beyondLimits) {
        super(message, null, false, false);
        this.line = line;
        this.beyondLimits = beyondLimits;
    }

    BadInput(int line, String message) {
        this(line, message, false);
    }

    /** More than the limits allow, so that nothing more of the file is read. */
    static BadInput beyondLimits(int line, String message) {
        return new BadInput(line, message, true);
    }

    BadInput(String message) {
        this(0, message);
    }

    /** The line, from 1, or 0 if the whole file is meant. */
    int line() {
        return line;
    }

    /** Whether the file holds more than the limits allow; otherwise other documents of it can be read. */
    boolean isBeyondLimits() {
        return beyondLimits;
    }

    /** What it says; never null, unlike the message of other exceptions. */
    String text() {
        return String.valueOf(getMessage());
    }
}
