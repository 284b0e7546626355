package io.ebbtide.lint;

import io.ebbtide.internal.Durations;
import java.time.Duration;

/** Durations in manifests: as the process reads them, and none so long that sums of them overflow. */
final class Spans {
    /** What the process takes at most for its grace. */
    private static final Duration MOST = Duration.ofDays(7);

    private Spans() {}

    /**
     * Reads a duration as the process does.
     *
     * @throws IllegalArgumentException if it is none, or longer than 7 days; the message says what was expected
     */
    static Duration parse(String text) {
        Duration duration = Durations.parse(text);
        if (duration.isNegative() || duration.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("expected: 0 s to 7 days");
        }
        return duration;
    }
}
