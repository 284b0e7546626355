package io.ebbtide.autoscale;

import java.util.Locale;

/** Input that cannot be simulated. The message names the place, the value, the expected form and the remedy. */
final class BadInput extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    BadInput(String message) {
        super(message);
    }

    static BadInput at(String name, long line, String format, Object... arguments) {
        return new BadInput(name + ":" + line + ": " + String.format(Locale.ROOT, format, arguments));
    }

    static BadInput of(String name, String format, Object... arguments) {
        return new BadInput(name + ": " + String.format(Locale.ROOT, format, arguments));
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
