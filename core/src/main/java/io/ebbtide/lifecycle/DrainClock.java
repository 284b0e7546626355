package io.ebbtide.lifecycle;

import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How long work of each kind may go on in one shutdown. {@link #remaining} may be asked by any thread; the rest by one. */
final class DrainClock {
    private final Deadlines deadlines;
    private final Map<WorkKind, Duration> limits;
    private final Set<WorkKind> over = EnumSet.noneOf(WorkKind.class);
    private volatile @Nullable Duration begun;

    /** @param limits of the kinds that may not take as long as the drain */
    DrainClock(Deadlines deadlines, Map<WorkKind, Duration> limits) {
        this.deadlines = deadlines;
        this.limits = limits;
    }

    /** The lame duck is over: the limits begin to count. */
    void begin() {
        begun = deadlines.elapsed();
    }

    /** How long work of this kind may go on at least: before the drain begins, that may be at any moment. */
    Duration remaining(WorkKind kind) {
        Duration all = deadlines.untilDrainEnds();
        Duration limit = limits.get(kind);
        if (limit == null) {
            return all;
        }
        Duration since = begun;
        Duration left = since == null ? limit : limit.plus(since).minus(deadlines.elapsed());
        return Durations.max(Duration.ZERO, Durations.min(all, left));
    }

    /** Until the time of the next kind is over, or the drain's. */
    Duration untilNext() {
        Duration next = deadlines.untilDrainEnds();
        for (WorkKind kind : limits.keySet()) {
            next = over.contains(kind) ? next : Durations.min(next, remaining(kind));
        }
        return next;
    }

    /** How long the time of the drain, or of a kind that is not over yet, has been exceeded; negative or zero if it is not. */
    Duration late() {
        Duration late = deadlines.sinceDrainEnded();
        Duration since = begun;
        for (Map.Entry<WorkKind, Duration> limit : limits.entrySet()) {
            if (since != null && !over.contains(limit.getKey())) {
                late = Durations.max(late, deadlines.elapsed().minus(since).minus(limit.getValue()));
            }
        }
        return late;
    }

    /** The kinds whose time is over since this was last asked. */
    List<WorkKind> takeOver() {
        List<WorkKind> now = new ArrayList<>();
        for (WorkKind kind : limits.keySet()) {
            if (remaining(kind).isZero() && over.add(kind)) {
                now.add(kind);
            }
        }
        return now;
    }
}
