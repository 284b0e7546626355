package io.ebbtide.lifecycle;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** When the requests of one peer came in the last two minutes, to a tenth of a second. Safe for use by many threads. */
final class Arrivals {
    /*
     * Twelve buckets of ten seconds, and one that is being filled. Each has a counter, and a bit for each tenth of a
     * second in which something came. A busy peer finds its bit set and writes nothing but the counter; a bucket whose
     * time has come again is replaced, never cleared, so that nobody counts into what another one empties.
     */
    static final Duration WINDOW = Duration.ofMinutes(2);

    /** A moment ago, in buckets; enough to see that traffic has fallen, and what it has fallen to. */
    private static final int LATELY = 2;

    /** Beyond so many, chance explains less than one case in 700. */
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

    /** @param nanos since some moment that is the same for all, {@code >= 0} */
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

    /** How many came in the buckets of the window that ends now. */
    long count(long nowNanos) {
        return count(nowNanos, BUCKETS);
    }

    /**
     * How many a second: in the window, or lately if that is less by more than chance, as traffic is often led away from
     * a service that is to be stopped. None at all lately says that the peer has left, not how often it came.
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

    /** How long a time the buckets stand for, the last of which is being filled; the clock began at 0. */
    private static long covered(long nowNanos, int buckets) {
        long bucketNanos = SLOTS * SLOT_NANOS;
        return Math.max(1, Math.min(nowNanos, (buckets - 1) * bucketNanos + nowNanos % bucketNanos));
    }

    /** When the last one came at the latest; -1 if none did in the window. */
    long lastNanos(long nowNanos) {
        long now = nowNanos / SLOT_NANOS;
        for (long slot = now; slot >= Math.max(0, now - WINDOW_SLOTS); slot--) {
            if (cameIn(slot)) {
                return Math.min(nowNanos, (slot + 1) * SLOT_NANOS);
            }
        }
        return -1;
    }

    /** The longest time between two of the window, to two tenths of a second more than it was. */
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

    private boolean cameIn(long slot) {
        Bucket bucket = bucket(slot / SLOTS);
        return bucket != null && bucket.has((int) (slot % SLOTS));
    }

    private @Nullable Bucket bucket(long number) {
        Bucket bucket = buckets.get((int) (number % BUCKETS));
        return bucket == null || bucket.number != number ? null : bucket;
    }
}
