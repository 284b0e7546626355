package io.ebbtide.lint.read;

/** Input that cannot be read. The message names the place, the value, the expected form and the remedy. */
public final class BadInput extends Exception {
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

    /** The file holds more than the limits allow, so the rest of it is not read. */
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

    /** The message; never null, unlike that of other exceptions. */
    String text() {
        return String.valueOf(getMessage());
    }
}
