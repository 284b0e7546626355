package io.ebbtide.spring;

import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Outcome;
import io.ebbtide.health.Snapshot;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A health indicator that runs as a background check: its last result, and the verdict after timeout and hysteresis. Safe for use by
 * many threads; no method but {@link #run} blocks.
 *
 * @param <H> the health of one line of Spring Boot
 */
public final class LastResult<H> {
    /*
     * Where a check of Ebbtide's own replaces the indicator, the verdict is that check's, and the indicator runs seldom, only for its
     * details, which dashboards may show: once, and after an hour again if they are asked for. It may hang then, and delays nothing.
     */
    private static final long DETAILS_FOR_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Between two attempts, after a failure. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String name;
    private final Object knows;
    private final Predicate<H> passes;
    private final Supplier<@Nullable Snapshot> snapshot;
    private final AtomicBoolean reading = new AtomicBoolean();
    private volatile Supplier<? extends @Nullable H> indicator;
    private volatile boolean replaced;
    private volatile @Nullable Long nextReadNanos;
    private volatile @Nullable H last;

    /**
     * @param name of its check
     * @param indicator is called by {@link #run} alone, and for the details of a check that replaces it
     * @param knows knows what the indicator checks
     * @param passes whether a result is none that fails its check
     * @param snapshot returns all verdicts; null until the service is built
     */
    LastResult(
            String name,
            Supplier<? extends @Nullable H> indicator,
            Object knows,
            Predicate<H> passes,
            Supplier<@Nullable Snapshot> snapshot) {
        this.name = name;
        this.indicator = indicator;
        this.knows = knows;
        this.passes = passes;
        this.snapshot = snapshot;
    }

    String name() {
        return name;
    }

    Object knows() {
        return knows;
    }

    /** From now on, another indicator runs. */
    void runs(Supplier<? extends @Nullable H> newIndicator) {
        indicator = newIndicator;
    }

    /** The indicator is the check. */
    void isRun() {
        replaced = false;
    }

    /** A check of Ebbtide's own decides. */
    void isReplaced() {
        replaced = true;
        readDetails();
    }

    /** Runs the indicator. The text of its details stays within Spring: it may be secret. */
    public Outcome run() {
        H result = indicator.get();
        last = result;
        return result == null || passes.test(result) ? Outcome.up() : Outcome.down("its HealthIndicator is not up");
    }

    /** Returns the last result; null if no run has ended, or the indicator returns none. */
    public @Nullable H last() {
        if (replaced) {
            readDetails();
        }
        return last;
    }

    private void readDetails() {
        Long next = nextReadNanos;
        long now = System.nanoTime();
        if ((next != null && now - next < 0) || !reading.compareAndSet(false, true)) {
            return;
        }
        nextReadNanos = now + PAUSE_NANOS;
        var reader = new Thread(
                () -> {
                    try {
                        H result = indicator.get();
                        if (result != null && passes.test(result)) {
                            last = result;
                            nextReadNanos = now + DETAILS_FOR_NANOS;
                        }
                    } catch (RuntimeException | Error e) {
                        // the check says what is wrong; there are no details
                    } finally {
                        reading.set(false);
                    }
                },
                "ebbtide-details-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Returns why the check is down although its last result is not, as after a timeout; null if it is not down. */
    public @Nullable String overruledBy() {
        CheckStatus now = verdict();
        H result = last;
        if (now == null || !now.known() || (result != null && !passes.test(result))) {
            return null;
        }
        if (now.stale()) {
            return "no result for too long";
        }
        return now.up() ? null : now.reason();
    }

    /** Whether the details of the last result belong to the verdict, too, if that is down: not if another check has decided. */
    public boolean hasOwnVerdict() {
        return !replaced;
    }

    /** Whether the check is up. */
    public boolean isUp() {
        CheckStatus now = verdict();
        return now != null && now.known() && now.up() && !now.stale();
    }

    /** Whether the check is still up although its last result is not: too few have been bad in a row. */
    public boolean isStillUp() {
        H result = last;
        return result != null && !passes.test(result) && isUp();
    }

    private @Nullable CheckStatus verdict() {
        Snapshot now = snapshot.get();
        return now == null
                ? null
                : now.checks().stream()
                        .filter(each -> Objects.equals(each.name(), name))
                        .findFirst()
                        .orElse(null);
    }
}
