package io.ebbtide.internal;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** A logger that removes secrets and control characters from all arguments of its messages. Immutable. */
public final class PrintableLogger {
    /*
     * All log lines pass through here, so that no line that is added later can be forged by a name, a reason or a path.
     * Formats are our own and stay as they are, and so do Lines.
     */
    private static final String PLACEHOLDER = "{}";

    private final Logger logger;

    private PrintableLogger(Logger logger) {
        this.logger = logger;
    }

    /** A logger that writes to this one. */
    public static PrintableLogger of(Logger logger) {
        return new PrintableLogger(logger);
    }

    /**
     * Logs at DEBUG.
     *
     * @param values shown in place of {@code {}}; a throwable at the end that has no place is shown after the message
     */
    public void debug(String format, @Nullable Object... values) {
        logger.debug(withPlaceForAll(format, values), printable(values));
    }

    /** Logs at INFO, as {@link #debug} does. */
    public void info(String format, @Nullable Object... values) {
        logger.info(withPlaceForAll(format, values), printable(values));
    }

    /** Logs at WARN, as {@link #debug} does. */
    public void warn(String format, @Nullable Object... values) {
        logger.warn(withPlaceForAll(format, values), printable(values));
    }

    /** Logs at ERROR, as {@link #debug} does. */
    public void error(String format, @Nullable Object... values) {
        logger.error(withPlaceForAll(format, values), printable(values));
    }

    /** A throwable becomes text, which SLF4J would not append by itself. */
    private static String withPlaceForAll(String format, @Nullable Object[] values) {
        int places = 0;
        for (int at = format.indexOf(PLACEHOLDER); at >= 0; at = format.indexOf(PLACEHOLDER, at + 2)) {
            places++;
        }
        boolean needsPlace = places < values.length && values[values.length - 1] instanceof Throwable;
        return needsPlace ? format + ": " + PLACEHOLDER : format;
    }

    private static @Nullable Object[] printable(@Nullable Object[] values) {
        @Nullable Object[] printable = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            printable[i] = printable(values[i]);
        }
        return printable;
    }

    private static @Nullable Object printable(@Nullable Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean || value instanceof Lines) {
            return value;
        }
        return value instanceof Throwable failure ? Redact.trace(failure) : Redact.oneLine(String.valueOf(value));
    }
}
