package io.ebbtide.peers;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The arrival times of one peer's requests in the last two minutes, to a tenth of a second. Safe for use by many threads. */
final class Arrivals {
    /*
     * Twelve buckets of ten seconds, and one that is being filled. Each has a counter, and a bit for each tenth of a
     * second in which a request arrived. A busy peer finds its bit set and writes only the counter. An expired bucket is
     * replaced, never cleared, so that no thread counts into a bucket that another thread clears.
     */
    static final Duration WINDOW = Duration.ofMinutes(2);

    /** The recent past, in buckets: enough to see that traffic has fallen, and to which rate. */
    private static final int LATELY = 2;

    /** Beyond this number, chance explains less than one case in 700. */
    private static final double DEVIATIONS = 3;

    private static final long SLOT_NANOS = 100_000_000;
    private static final int SLOTS = 100;
    private static final int BUCKETS = 13;
    private static final long WINDOW_SLOTS = WINDOW.toNanos() / SLOT_NANOS;

    private static final class Bucket {
        final long number;
        final LongAdder count = new LongAdder();
        final AtomicLong low = new AtomicLong();
        final AtomicLong high = new AtomicLong();

        Bucket(long number) {
            this.number = number;
        }

        void add(int slot) {
            count.increment();
            AtomicLong bits = slot < 64 ? low : high;
            long bit = 1L << (slot & 63);
            if ((bits.get() & bit) == 0) {
                bits.getAndUpdate(old -> old | bit);
            }
        }

        boolean has(int slot) {
            return ((slot < 64 ? low : high).get() >>> (slot & 63) & 1) == 1;
        }
    }

    private final AtomicReferenceArray<@Nullable Bucket> buckets = new AtomicReferenceArray<>(BUCKETS);

    /** @param nanos time since a moment that is the same for all calls, {@code >= 0} */
    void add(long nanos) {
        long slot = nanos / SLOT_NANOS;
        long number = slot / SLOTS;
        int place = (int) (number % BUCKETS);
        Bucket bucket = buckets.get(place);
        while (bucket == null || bucket.number < number) {
            buckets.compareAndSet(place, bucket, new Bucket(number));
            bucket = buckets.get(place);
        }
        bucket.add((int) (slot % SLOTS));
    }

    /** Returns the number of requests in the buckets of the window that ends now. */
    long count(long nowNanos) {
        return count(nowNanos, BUCKETS);
    }

    /**
     * Returns the requests per second in the window, or recently if that is less by more than chance, as traffic is often
     * routed away from a service before it is stopped. No recent request means that the peer has stopped, and gives no rate.
     */
    double perSecond(long nowNanos) {
        double always = perSecond(nowNanos, BUCKETS);
        double lately = perSecond(nowNanos, LATELY);
        double expected = always * covered(nowNanos, LATELY) / 1e9;
        boolean fell = lately > 0 && count(nowNanos, LATELY) < expected - DEVIATIONS * Math.sqrt(expected);
        return fell ? lately : always;
    }

    private double perSecond(long nowNanos, int buckets) {
        return count(nowNanos, buckets) / (covered(nowNanos, buckets) / 1e9);
    }

    private long count(long nowNanos, int buckets) {
        long last = nowNanos / SLOT_NANOS / SLOTS;
        long count = 0;
        for (long number = Math.max(0, last - buckets + 1); number <= last; number++) {
            Bucket bucket = bucket(number);
            count += bucket == null ? 0 : bucket.count.sum();
        }
        return count;
    }

    /** Returns the time that the buckets cover, of which the last is being filled; the clock began at 0. */
    private static long covered(long nowNanos, int buckets) {
        long bucketNanos = SLOTS * SLOT_NANOS;
        return Math.max(1, Math.min(nowNanos, (buckets - 1) * bucketNanos + nowNanos % bucketNanos));
    }

    /** Returns the latest possible time of the last arrival; -1 if there was none in the window. */
    long lastNanos(long nowNanos) {
        long now = nowNanos / SLOT_NANOS;
        for (long slot = now; slot >= Math.max(0, now - WINDOW_SLOTS); slot--) {
            if (cameIn(slot)) {
                return Math.min(nowNanos, (slot + 1) * SLOT_NANOS);
            }
        }
        return -1;
    }

    /** Returns the longest time between two arrivals in the window, at most two tenths of a second too long. */
    Duration longestGap(long nowNanos) {
        long now = nowNanos / SLOT_NANOS;
        long before = -1;
        long longest = 0;
        for (long slot = Math.max(0, now - WINDOW_SLOTS); slot <= now; slot++) {
            if (cameIn(slot)) {
                longest = before < 0 ? 0 : Math.max(longest, slot - before);
                before = slot;
            }
        }
        return Duration.ofNanos((longest + 1) * SLOT_NANOS);
    }

    /**
     * Returns the longest time between two arrivals in the window of which the later one came after a moment, at most a tenth of a
     * second too long; zero if none did.
     */
    Duration longestGapThatEndedAfter(long nanos, long nowNanos) {
        long now = nowNanos / SLOT_NANOS;
        long after = nanos / SLOT_NANOS;
        long before = -1;
        long longest = 0;
        for (long slot = Math.max(0, now - WINDOW_SLOTS); slot <= now; slot++) {
            if (cameIn(slot)) {
                boolean ends = before >= 0 && slot >= after;
                longest = ends ? Math.max(longest, slot - before + 1) : longest;
                before = slot;
            }
        }
        return Duration.ofNanos(longest * SLOT_NANOS);
    }

    private boolean cameIn(long slot) {
        Bucket bucket = bucket(slot / SLOTS);
        return bucket != null && bucket.has((int) (slot % SLOTS));
    }

    private @Nullable Bucket bucket(long number) {
        Bucket bucket = buckets.get((int) (number % BUCKETS));
        return bucket == null || bucket.number != number ? null : bucket;
    }
}
