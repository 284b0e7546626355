package io.ebbtide.internal;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Argument checks whose message has one form: {@code name: value (expected: ...)}. */
public final class Expect {
    private Expect() {}

    /** Returns the value, or refuses null. */
    public static <T> T present(@Nullable T value, String name) {
        if (value == null) {
            throw wrong(name, "null", "not null");
        }
        return value;
    }

    /** Returns a copy of the list, or refuses null and a null in it. */
    public static <T> List<T> list(@Nullable Collection<T> value, String name) {
        for (T each : present(value, name)) {
            present(each, "an element of " + name);
        }
        return List.copyOf(value);
    }

    /** Returns a copy of the map, or refuses null and a null in it. */
    public static <K, V> Map<K, V> map(@Nullable Map<K, V> value, String name) {
        present(value, name).forEach((key, each) -> {
            present(key, "a key of " + name);
            present(each, "a value of " + name);
        });
        return Map.copyOf(value);
    }

    /** Returns the text, or refuses null and blank. */
    public static String text(@Nullable String value, String name) {
        String text = present(value, name);
        if (text.isBlank()) {
            throw wrong(name, '"' + text + '"', "not blank");
        }
        return text;
    }

    /**
     * Returns the text, or refuses null, blank, and control characters: a name is used in log lines, metrics and thread
     * names.
     */
    public static String name(@Nullable String value, String name) {
        String text = text(value, name);
        if (!Printable.isPrintable(text)) {
            throw wrong(name, '"' + text + '"', "one line without control characters");
        }
        return text;
    }

    /** Returns the duration, or refuses a value that is not {@code > 0} and at most {@link Durations#LONGEST}. */
    public static Duration positive(@Nullable Duration value, String name) {
        Duration duration = present(value, name);
        if (duration.isNegative() || duration.isZero() || duration.compareTo(Durations.LONGEST) > 0) {
            throw wrong(name, duration, "> 0, at most 365 days");
        }
        return duration;
    }

    /** Returns the duration, or refuses a value that is not {@code >= 0} and at most {@link Durations#LONGEST}. */
    public static Duration notNegative(@Nullable Duration value, String name) {
        Duration duration = present(value, name);
        if (duration.isNegative() || duration.compareTo(Durations.LONGEST) > 0) {
            throw wrong(name, duration, ">= 0, at most 365 days");
        }
        return duration;
    }

    /** Returns the number, or refuses a value below {@code min}. */
    public static int atLeast(int min, int value, String name) {
        if (value < min) {
            throw wrong(name, value, ">= " + min);
        }
        return value;
    }

    /** Returns the number, or refuses a value outside {@code min} to {@code max}, both included. */
    public static int between(int min, int max, int value, String name) {
        if (value < min || value > max) {
            throw wrong(name, value, min + " to " + max);
        }
        return value;
    }

    /** The exception for an argument with an unexpected value. */
    public static IllegalArgumentException wrong(String name, Object value, String expected) {
        return new IllegalArgumentException("%s: %s (expected: %s)"
                .formatted(Redact.oneLine(name), Redact.oneLine(String.valueOf(value)), expected));
    }
}
