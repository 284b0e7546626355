package io.ebbtide.sequence;

import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How long work of each kind may go on in one shutdown. {@link #remaining} may be called by any thread; the rest by one. */
final class DrainClock {
    private final Deadlines deadlines;
    private final Map<WorkKind, Duration> limits;
    private final Set<WorkKind> over = EnumSet.noneOf(WorkKind.class);
    private volatile @Nullable Duration begun;

    /** @param limits the limits of the kinds that may not take as long as the drain */
    DrainClock(Deadlines deadlines, Map<WorkKind, Duration> limits) {
        this.deadlines = deadlines;
        this.limits = limits;
    }

    /** Starts the limits: the lame duck is over. */
    void begin() {
        begun = deadlines.elapsed();
    }

    /** Returns the minimum time that work of this kind still has: the drain may begin at any moment. */
    Duration remaining(WorkKind kind) {
        Duration all = deadlines.untilDrainEnds();
        Duration limit = limits.get(kind);
        if (limit == null) {
            return all;
        }
        Duration since = begun;
        Duration remaining = since == null ? limit : limit.plus(since).minus(deadlines.elapsed());
        return Durations.max(Duration.ZERO, Durations.min(all, remaining));
    }

    /** Returns the time until the next kind's limit is over, or the drain. */
    Duration untilNext() {
        Duration next = deadlines.untilDrainEnds();
        for (WorkKind kind : limits.keySet()) {
            next = over.contains(kind) ? next : Durations.min(next, remaining(kind));
        }
        return next;
    }

    /** Returns by how long the drain, or the limit of a kind not yet taken over, has been exceeded; negative or zero if not. */
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

    /** Returns the kinds whose limit was exceeded since the last call. */
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
