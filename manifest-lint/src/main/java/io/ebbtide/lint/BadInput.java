package io.ebbtide.lint;

/** Input that cannot be read. The message says where, what, what was expected, and the remedy. */
final class BadInput extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;

    BadInput(int line, String message) {
        super(message, null, false, false);
        this.line = line;
    }

    BadInput(String message) {
        this(0, message);
    }

    /** The line, from 1, or 0 if the whole file is meant. */
    int line() {
        return line;
    }

    /** What it says; never null, unlike the message of other exceptions. */
    String text() {
        return String.valueOf(getMessage());
    }
}
