package io.ebbtide.metrics;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is measured beyond the counts that exist anyway. Immutable.
 *
 * @param requests the names by which each request is timed; null if requests are not timed, as where a framework does
 *     it already
 * @param buckets the upper bounds of the histogram of request times, each {@code > 0}, rising, 30 at most; none for
 *     count and sum alone
 * @param inFlightLimit how much work in flight one instance can take, {@code >= 1}, from which its utilisation is
 *     calculated; 0 for not known: then the utilisation is that of the worker pools, where the traffic sources report
 *     theirs
 */
public record MeterRules(@Nullable RequestNames requests, List<Duration> buckets, int inFlightLimit) {
    private static final int MAX_BUCKETS = 30;

    private static final MeterRules DEFAULTS = new MeterRules(
            RequestNames.HTTP_SERVER_REQUESTS,
            Durations.ofMillis(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000),
            0);

    public MeterRules {
        buckets = Expect.list(buckets, "buckets");
        if (buckets.size() > MAX_BUCKETS) {
            throw Expect.wrong("buckets", String.valueOf(buckets.size()), "at most " + MAX_BUCKETS);
        }
        Duration last = Duration.ZERO;
        for (Duration bucket : buckets) {
            if (bucket.compareTo(last) <= 0) {
                throw Expect.wrong("buckets", buckets.toString(), "in ascending order, the first > 0");
            }
            last = bucket;
        }
        Expect.between(0, 1_000_000_000, inFlightLimit, "inFlightLimit");
    }

    /** Requests are timed as {@code http.server.requests}, in buckets from 5 ms to 10 s; no limit is known. */
    public static MeterRules defaults() {
        return DEFAULTS;
    }

    /** Returns a copy in which requests are timed by the given names. */
    public MeterRules withRequests(RequestNames names) {
        return new MeterRules(Expect.present(names, "names"), buckets, inFlightLimit);
    }

    /** Returns a copy in which requests are not timed. */
    public MeterRules withoutRequests() {
        return new MeterRules(null, buckets, inFlightLimit);
    }

    /** Returns a copy with the given bounds for request times. */
    public MeterRules withBuckets(Duration... upperBounds) {
        return new MeterRules(requests, Arrays.asList(Expect.present(upperBounds, "upperBounds")), inFlightLimit);
    }

    /** Returns a copy with the given limit, {@code >= 1}. */
    public MeterRules withInFlightLimit(int limit) {
        return new MeterRules(requests, buckets, Expect.atLeast(1, limit, "inFlightLimit"));
    }
}
