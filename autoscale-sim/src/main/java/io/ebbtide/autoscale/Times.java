package io.ebbtide.autoscale;

import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.Locale;
import java.util.StringJoiner;

/** Lengths of time as people write them, in texts and in bounds. */
final class Times {
    private Times() {}

    /** The whole length: {@code 1 d 30 min}, {@code 1 min 30 s}, {@code 0.1 ms}, {@code 0 s}. */
    static String text(Duration length) {
        if (length.isNegative()) {
            Duration longest = Duration.ofSeconds(-Long.MAX_VALUE); // the next second has no opposite
            return "-" + text((length.compareTo(longest) < 0 ? longest : length).negated());
        }
        if (length.isZero()) {
            return "0 s";
        }
        if (length.compareTo(Duration.ofMillis(1)) < 0) {
            return String.format(Locale.ROOT, "%.3f", length.toNanos() / 1e6).replaceAll("0+$", "") + " ms";
        }
        var parts = new StringJoiner(" ");
        add(parts, length.toDays(), "d");
        add(parts, length.toHoursPart(), "h");
        add(parts, length.toMinutesPart(), "min");
        add(parts, length.toSecondsPart(), "s");
        add(parts, length.toMillisPart(), "ms");
        return parts.toString();
    }

    private static void add(StringJoiner parts, long number, String unit) {
        if (number > 0) {
            parts.add(number + " " + unit);
        }
    }

    /** Refuses a duration outside of the bounds, both included. */
    static void checkBetween(Duration minimum, Duration maximum, Duration value, String name) {
        Expect.present(value, name);
        if (value.compareTo(minimum) < 0 || value.compareTo(maximum) > 0) {
            throw Expect.wrong(name, text(value), text(minimum) + " to " + text(maximum));
        }
    }
}
