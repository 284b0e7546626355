package io.ebbtide.health;

import io.ebbtide.internal.Ticker;

/**
 * Real successes with a dependency, reported by the application or by a client's listener. While they are fresh they
 * replace a run of the check, so a busy service does not repeat a check that it has just passed; see
 * {@link Check#evidence}. Safe for use by many threads; reporting costs one reading of the clock and takes no lock.
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
    /** The outcome of a run that evidence replaces. */
    static final Outcome PROVED = Outcome.up().with("evidence", true);

    /** Reporting more often than this adds no information, and would make threads contend for the field. */
    private static final long GRAIN_NANOS = 10_000_000;

    private final Ticker ticker;
    private volatile boolean any;
    private volatile long lastNanos;

    Evidence(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Evidence without a success so far. */
    public static Evidence create() {
        return new Evidence(Ticker.system()); // it exists before the service
    }

    /** Reports that the dependency has just done what was requested. Failures are not reported: the check detects them. */
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
