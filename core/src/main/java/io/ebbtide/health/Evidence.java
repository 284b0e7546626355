package io.ebbtide.health;

import io.ebbtide.internal.Ticker;

/**
 * Real successes with a dependency, told by whoever had them: the application, or a client's listener. While they are
 * fresh they stand for a run of the check, so a busy service is not asked again what it just saw; see {@link
 * Check#evidence}. Safe for use by many threads; telling costs one reading of the clock and takes no lock.
 *
 * <pre>{@code
 * var evidence = Evidence.create();
 * builder.readiness("db", JdbcCheck.of(pool).evidence(evidence));
 * ...
 * orders.insert(order);
 * evidence.succeeded();
 * }</pre>
 */
public final class Evidence {
    /** Telling more often than this says nothing new, and would have threads contend for the field. */
    private static final long GRAIN_NANOS = 10_000_000;

    private final Ticker ticker;
    private volatile boolean any;
    private volatile long lastNanos;

    Evidence(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Evidence without a success so far. */
    public static Evidence create() {
        return new Evidence(Ticker.system());
    }

    /** The dependency has just done what was asked of it. Failures are not told: they are the check's to find. */
    public void succeeded() {
        long now = ticker.nanos();
        if (!any || now - lastNanos > GRAIN_NANOS) {
            lastNanos = now;
            any = true;
        }
    }

    /** Whether there was a success after a moment on the same ticker. */
    boolean isNewerThan(long nanos) {
        return any && lastNanos - nanos > 0;
    }

    /** When the last success was, if there was one. */
    long lastNanos() {
        return lastNanos;
    }
}
