package io.ebbtide.internal;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations in the notation that people write and read: {@code 30s}, {@code 1.5 s}. */
public final class Durations {
    /** The maximum duration of a setting: a year. Sums of a few of these fit into nanoseconds. */
    public static final Duration LONGEST = Duration.ofDays(365);

    private Durations() {}

    /**
     * Reads {@code 500ms}, {@code 30s}, {@code 2m}, {@code 1h} or ISO-8601 ({@code PT30S}). A number without a unit is
     * refused: seconds and milliseconds cannot be distinguished.
     *
     * @throws IllegalArgumentException if the text is none of these; the message gives the expected form
     */
    public static Duration parse(String text) {
        Matcher matcher =
                Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)").matcher(text.strip().toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
        }
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("expected: a number with a unit such as 500ms, 30s or 2m, or PT30S", e);
        }
    }

    /** Writes a duration for a reader: {@code 250 ms}, {@code 1.5 s}, {@code 41 s}, {@code 12 min}. */
    public static String text(Duration duration) {
        long millis = nanos(duration) / 1_000_000;
        if (millis < 0) {
            return "-" + text(Duration.ofNanos(-nanos(duration)));
        }
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis >= 600_000) {
            return millis / 60_000 + " min";
        }
        return millis % 1_000 < 50 || millis >= 60_000
                ? millis / 1_000 + " s"
                : String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }

    /** Converts to nanoseconds whose sum with the ticker's does not overflow: a duration over 73 years becomes 73 years. */
    public static long nanos(Duration duration) {
        Duration max = Duration.ofNanos(Long.MAX_VALUE / 4);
        return max(min(duration, max), max.negated()).toNanos();
    }

    /** A duration for each number of milliseconds. */
    public static List<Duration> ofMillis(long... millis) {
        var durations = new ArrayList<Duration>(millis.length);
        for (long each : millis) {
            durations.add(Duration.ofMillis(each));
        }
        return List.copyOf(durations);
    }

    /** The smaller of the two. */
    public static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** The larger of the two. */
    public static Duration max(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
