package io.ebbtide.examples.load;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formats texts the same way on every machine: JMeter, URLs, CSV and kubectl read them, and so do people. */
final class RootFormat {
    private RootFormat() {}

    /** As {@link String#formatted}, with the digits and separators of {@link Locale#ROOT}. */
    static String of(String format, @Nullable Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
