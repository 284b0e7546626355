package io.ebbtide.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The current state of one check. Immutable.
 *
 * @param name as registered
 * @param kind the probe that it was registered for
 * @param required whether, on readiness, it takes the service out of rotation
 * @param groups the named groups that it belongs to
 * @param known whether a first outcome has come
 * @param up the verdict after hysteresis; false until known
 * @param reason the fault that the last result reported; empty when it was good
 * @param details further details of the last run
 * @param latency how long the last run took; null until one has ended, or if evidence replaced it
 * @param checkedAt when the last result came; null until one has
 * @param hungSince when the present run passed its timeout; null if it has not
 * @param stale whether the verdict is too old to count, because no run has renewed it
 */
public record CheckStatus(
        String name,
        ProbeKind kind,
        boolean required,
        Set<String> groups,
        boolean known,
        boolean up,
        String reason,
        Map<String, Object> details,
        @Nullable Duration latency,
        @Nullable Instant checkedAt,
        @Nullable Instant hungSince,
        boolean stale) {

    static CheckStatus unknown(String name, ProbeKind kind, Check check) {
        return new CheckStatus(
                name,
                kind,
                check.isRequired(),
                check.traits().groups(),
                false,
                false,
                "",
                Map.of(),
                null,
                null,
                null,
                false);
    }

    /** Its effect on a group: as {@link #status()}, but a check that is not yet known counts as down. */
    Status inGroup() {
        return required && !known ? Status.DOWN : status();
    }

    /**
     * Its effect on its probe. A check that is not yet known is not ready and not started, but never fails liveness; a
     * shared check degrades readiness at most.
     */
    public Status status() {
        if (known && up && !stale) {
            return Status.UP;
        }
        return switch (kind) {
            case LIVENESS -> known ? Status.DOWN : Status.UP;
            case STARTUP -> Status.DOWN;
            case READINESS -> required ? Status.DOWN : known ? Status.DEGRADED : Status.UP;
        };
    }

    CheckStatus withResult(
            boolean newUp, Outcome outcome, @Nullable Duration newLatency, Instant at, @Nullable Instant hung) {
        return new CheckStatus(
                name,
                kind,
                required,
                groups,
                true,
                newUp,
                outcome.reason(),
                outcome.details(),
                newLatency,
                at,
                hung,
                false);
    }

    CheckStatus noLongerHung() {
        return new CheckStatus(
                name, kind, required, groups, known, up, reason, details, latency, checkedAt, null, stale);
    }

    /** Startup checks end by themselves, and a verdict that was never known cannot be too old. */
    CheckStatus whenNothingRuns() {
        return known && kind != ProbeKind.STARTUP ? withoutRenewal() : this;
    }

    CheckStatus withoutRenewal() {
        return new CheckStatus(
                name, kind, required, groups, known, up, "stale", details, latency, checkedAt, hungSince, true);
    }
}
