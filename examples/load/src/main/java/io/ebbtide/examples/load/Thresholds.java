package io.ebbtide.examples.load;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The limits for a run. Immutable.
 *
 * @param maxLost the maximum number of requests whose attempts all fail, {@code >= 0}
 * @param maxRejected the maximum number of attempts answered with a status from 300 to 499, {@code >= 0}
 * @param maxP99 the maximum for the 99th percentile of the time to a complete answer, {@code > 0}; null for none
 * @param maxAttemptsPerRequest {@code >= 1}; null for none
 */
record Thresholds(
        long maxLost,
        long maxRejected,
        @Nullable Duration maxP99,
        @Nullable Double maxAttemptsPerRequest) {
    Thresholds {
        if (maxLost < 0 || maxRejected < 0) {
            throw Expect.wrong("--max-lost, --max-rejected", maxLost + ", " + maxRejected, ">= 0");
        }
        if (maxP99 != null && (maxP99.isNegative() || maxP99.toMillis() < 1)) {
            throw Expect.wrong("--max-p99", Durations.text(maxP99), "at least 1 ms");
        }
        if (maxAttemptsPerRequest != null && !(maxAttemptsPerRequest >= 1)) {
            throw Expect.wrong("--max-attempts-per-request", maxAttemptsPerRequest, ">= 1");
        }
    }

    /** One finding for each threshold, and one that shows whether the planned load was sent. */
    List<Finding> judge(Tally.Counts counts, long planned, Duration p99) {
        var findings = new ArrayList<Finding>();
        findings.add(new Finding(
                "requests lost",
                RootFormat.of("%d of %d", counts.lost(), counts.requests()),
                "at most " + maxLost,
                counts.lost() <= maxLost));
        findings.add(new Finding(
                "requests ended",
                RootFormat.of("%d of %d planned", counts.requests(), planned),
                "all",
                counts.requests() > 0 && counts.requests() == planned));
        findings.add(new Finding(
                "answers with status 3xx, which is not followed, or 4xx",
                String.valueOf(counts.rejected()),
                "at most " + maxRejected,
                counts.rejected() <= maxRejected));
        if (maxP99 != null) {
            findings.add(new Finding(
                    "99th percentile of the time to an answer",
                    p99.toMillis() + " ms",
                    "at most " + maxP99.toMillis() + " ms",
                    p99.compareTo(maxP99) <= 0));
        }
        if (maxAttemptsPerRequest != null) {
            findings.add(new Finding(
                    "attempts for each request",
                    String.format(Locale.ROOT, "%.2f", counts.attemptsPerRequest()),
                    String.format(Locale.ROOT, "at most %.2f", maxAttemptsPerRequest),
                    counts.attemptsPerRequest() <= maxAttemptsPerRequest));
        }
        return List.copyOf(findings);
    }
}
