package io.ebbtide.budget;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the time from deletion to the kill is divided. Immutable. Create with {@link #of}.
 *
 * @param grace the whole time: the same number as {@code terminationGracePeriodSeconds}; at most 7 days
 * @param preStop what the platform's own preStop hook takes before the signal comes
 * @param lameDuck how long the service continues to serve while clients and balancers stop sending
 * @param drain how long work in flight may take once listeners are closed
 * @param stop how long all components together may take to stop
 * @param margin the time remaining at the end, in which an overrun is reported and the process halted
 */
public record GraceBudget(
        Duration grace, Duration preStop, Duration lameDuck, Duration drain, Duration stop, Duration margin) {
    private static final Duration MAX_STOP = Duration.ofSeconds(10);
    private static final Duration MIN_MARGIN = Duration.ofSeconds(1);
    private static final Duration MAX_GRACE = Duration.ofDays(7);

    public GraceBudget {
        expectGrace(grace);
        Expect.notNegative(preStop, "preStop");
        Expect.notNegative(lameDuck, "lameDuck");
        Expect.notNegative(drain, "drain");
        Expect.notNegative(stop, "stop");
        Expect.positive(margin, "margin");
        Duration sum = preStop.plus(lameDuck).plus(drain).plus(stop).plus(margin);
        if (sum.compareTo(grace) > 0) {
            throw Expect.wrong(
                    "grace",
                    Durations.text(grace),
                    ">= %s, which is preStop %s + lameDuck %s + drain %s + stop %s + margin %s; raise the grace, and with it the platform's, or lower a share"
                            .formatted(
                                    Durations.text(sum),
                                    Durations.text(preStop),
                                    Durations.text(lameDuck),
                                    Durations.text(drain),
                                    Durations.text(stop),
                                    Durations.text(margin)));
        }
    }

    /**
     * The shares that were explicitly set; null where the library derives one.
     *
     * @param preStop {@code >= 0}
     * @param lameDuck {@code >= 0}
     * @param drain {@code >= 0}
     * @param stop {@code >= 0}
     * @param margin {@code > 0}
     */
    public record Shares(
            @Nullable Duration preStop,
            @Nullable Duration lameDuck,
            @Nullable Duration drain,
            @Nullable Duration stop,
            @Nullable Duration margin) {
        /** Nothing set. */
        public static final Shares DERIVED = new Shares(null, null, null, null, null);

        public Shares {
            notNegative(preStop, "preStop");
            notNegative(lameDuck, "lameDuck");
            notNegative(drain, "drain");
            notNegative(stop, "stop");
            if (margin != null) {
                Expect.positive(margin, "margin");
            }
        }

        /** Returns a copy with the given preStop, {@code >= 0}. */
        public Shares withPreStop(Duration newPreStop) {
            return new Shares(newPreStop, lameDuck, drain, stop, margin);
        }

        /** Returns a copy with the given lame duck, {@code >= 0}. */
        public Shares withLameDuck(Duration newLameDuck) {
            return new Shares(preStop, newLameDuck, drain, stop, margin);
        }

        /** Returns a copy with the given drain, {@code >= 0}. */
        public Shares withDrain(Duration newDrain) {
            return new Shares(preStop, lameDuck, newDrain, stop, margin);
        }

        /** Returns a copy with the given stop, {@code >= 0}. */
        public Shares withStop(Duration newStop) {
            return new Shares(preStop, lameDuck, drain, newStop, margin);
        }

        /** Returns a copy with the given margin, {@code > 0}. */
        public Shares withMargin(Duration newMargin) {
            return new Shares(preStop, lameDuck, drain, stop, newMargin);
        }

        private static void notNegative(@Nullable Duration share, String name) {
            if (share != null) {
                Expect.notNegative(share, name);
            }
        }
    }

    /**
     * Divides the grace. Shares that are not set are derived: preStop 0, margin 10 % (at least 1 s), stop 20 % (at most
     * 10 s), lame duck 50 % (at most {@code maxLameDuck}), at least 20 % for the drain, which also gets the rest.
     * Where the sum exceeds the grace, the derived lame duck, drain and stop shrink in proportion.
     *
     * @param maxLameDuck the maximum lame duck to derive: the longest time that clients may need to notice the removal
     * @throws IllegalArgumentException if explicitly set shares do not fit; the message shows the addition
     */
    public static GraceBudget of(Duration grace, Shares set, Duration maxLameDuck) {
        Expect.present(set, "shares");
        Expect.notNegative(maxLameDuck, "maxLameDuck");
        Duration preStop = orElse(set.preStop(), Duration.ZERO);
        Duration margin = orElse(set.margin(), Durations.max(percent(10, expectGrace(grace)), MIN_MARGIN));
        Duration total = Durations.max(grace.minus(preStop), Duration.ZERO);
        Duration stop = set.stop() == null ? Durations.min(percent(20, total), MAX_STOP) : Duration.ZERO;
        Duration lameDuck = set.lameDuck() == null ? Durations.min(percent(50, total), maxLameDuck) : Duration.ZERO;
        Duration drain = set.drain() == null ? percent(20, total) : Duration.ZERO;
        Duration remaining = grace.minus(preStop)
                .minus(margin)
                .minus(orElse(set.stop(), Duration.ZERO))
                .minus(orElse(set.lameDuck(), Duration.ZERO))
                .minus(orElse(set.drain(), Duration.ZERO));
        Duration derived = stop.plus(lameDuck).plus(drain);
        if (derived.compareTo(remaining) > 0) {
            Duration available = Durations.max(remaining, Duration.ZERO);
            stop = inProportion(stop, available, derived);
            lameDuck = inProportion(lameDuck, available, derived);
            drain = inProportion(drain, available, derived);
        } else if (set.drain() == null) {
            drain = remaining.minus(stop).minus(lameDuck);
        }
        if (set.drain() == null && drain.isZero()) {
            throw Expect.wrong(
                    "grace",
                    Durations.text(grace),
                    "more than %s, which is preStop %s + lameDuck %s + stop %s + margin %s, so that time remains for the drain; raise the grace, and with it the platform's, or lower a share"
                            .formatted(
                                    Durations.text(grace.minus(remaining)),
                                    Durations.text(preStop),
                                    Durations.text(orElse(set.lameDuck(), Duration.ZERO)),
                                    Durations.text(orElse(set.stop(), Duration.ZERO)),
                                    Durations.text(margin)));
        }
        return new GraceBudget(
                grace,
                preStop,
                orElse(set.lameDuck(), lameDuck),
                orElse(set.drain(), drain),
                orElse(set.stop(), stop),
                margin);
    }

    /** Returns the addition in one line: {@code 30 s = preStop 0 ms + lameDuck 15 s + drain 6 s + stop 6 s + margin 3 s}. */
    public String addition() {
        return "%s = preStop %s + lameDuck %s + drain %s + stop %s + margin %s"
                .formatted(
                        Durations.text(grace),
                        Durations.text(preStop),
                        Durations.text(lameDuck),
                        Durations.text(drain),
                        Durations.text(stop),
                        Durations.text(margin));
    }

    private static Duration expectGrace(Duration grace) {
        if (Expect.positive(grace, "grace").compareTo(MAX_GRACE) > 0) {
            throw Expect.wrong("grace", Durations.text(grace), "at most " + Durations.text(MAX_GRACE));
        }
        return grace;
    }

    private static Duration orElse(@Nullable Duration set, Duration derived) {
        return set == null ? derived : set;
    }

    private static Duration percent(int percent, Duration whole) {
        return whole.multipliedBy(percent).dividedBy(100);
    }

    private static Duration inProportion(Duration wanted, Duration available, Duration allWanted) {
        return Duration.ofNanos((long) ((double) wanted.toNanos() / allWanted.toNanos() * available.toNanos()));
    }
}
