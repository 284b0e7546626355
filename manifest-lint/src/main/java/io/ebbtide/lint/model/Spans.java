package io.ebbtide.lint.model;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations in manifests: as the process reads them, and limited so that sums of them do not overflow. */
public final class Spans {
    /** The maximum grace that the process accepts. */
    private static final Duration MAX = Duration.ofDays(7);

    /** Parts of durations as Go, nginx and other tools' YAML write them: {@code 1h30m}, {@code 1.5s}. */
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h)");

    private static final Map<String, Integer> MILLIS = Map.of("ms", 1, "s", 1_000, "m", 60_000, "h", 3_600_000);

    private Spans() {}

    /** Reads a duration as other programs do; more than 7 days are 7 days. Empty if the text is not a duration. */
    public static Optional<Duration> ofOthers(String text) {
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (end < text.length() && part.region(end, text.length()).lookingAt()) {
            double millis = Double.parseDouble(part.group(1)) * MILLIS.getOrDefault(part.group(2), 0);
            sum = Durations.min(MAX, sum.plusMillis((long) Math.min(millis, (double) MAX.toMillis())));
            end = part.end();
        }
        return end > 0 && end == text.length() ? Optional.of(sum) : Optional.empty();
    }

    /**
     * Reads a duration as the process does.
     *
     * @throws IllegalArgumentException if it is not a duration, or longer than 7 days; the message names the expected form
     */
    public static Duration parse(String text) {
        Duration duration = Durations.parse(text);
        if (duration.isNegative() || duration.compareTo(MAX) > 0) {
            throw new IllegalArgumentException("expected: 0 s to 7 days");
        }
        return duration;
    }
}
