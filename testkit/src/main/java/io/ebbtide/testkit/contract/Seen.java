package io.ebbtide.testkit.contract;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Assertions that report the actual and the expected value if they differ. */
final class Seen {
    private static final long POLL_PERIOD_MILLIS = 2;

    private Seen() {}

    static void equal(String what, @Nullable Object seen, @Nullable Object expected) {
        if (!Objects.equals(seen, expected)) {
            throw wrong(what, seen, String.valueOf(expected));
        }
    }

    static void that(boolean holds, String what, @Nullable Object seen, String expected) {
        if (!holds) {
            throw wrong(what, seen, expected);
        }
    }

    static void soonEqual(Duration patience, String what, Supplier<?> probe, Object expected)
            throws InterruptedException {
        if (!soon(patience, () -> Objects.equals(probe.get(), expected))) {
            throw wrong(what, probe.get() + " after " + patience.toMillis() + " ms", String.valueOf(expected));
        }
    }

    /** Polls until the condition holds, or the patience is over; then returns false. */
    static boolean soon(Duration patience, BooleanSupplier holds) throws InterruptedException {
        long endNanos = System.nanoTime() + patience.toNanos();
        var never = new CountDownLatch(1);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - endNanos > 0 || never.await(POLL_PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    static AssertionError wrong(String what, @Nullable Object seen, String expected) {
        return new AssertionError("%s: %s (expected: %s)".formatted(what, seen, expected));
    }
}
