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
 * @param result the last result; null until a first outcome has come
 * @param hungSince when the present run passed its timeout; null if it has not
 * @param stale whether the verdict is too old to count, because no run has renewed it
 */
public record CheckStatus(
        String name,
        ProbeKind kind,
        boolean required,
        Set<String> groups,
        @Nullable Result result,
        @Nullable Instant hungSince,
        boolean stale) {

    /**
     * What the last run, or the evidence in its place, has shown. Immutable.
     *
     * @param up the verdict after hysteresis
     * @param reason the fault that it reported; empty when it was good
     * @param details further details
     * @param latency how long the run took; null if evidence replaced it
     * @param checkedAt when the result came
     */
    public record Result(
            boolean up,
            String reason,
            Map<String, Object> details,
            @Nullable Duration latency,
            Instant checkedAt) {}

    static CheckStatus unknown(String name, ProbeKind kind, Check check) {
        return new CheckStatus(name, kind, check.isRequired(), check.traits().groups(), null, null, false);
    }

    /** Whether a first outcome has come. */
    public boolean known() {
        return result != null;
    }

    /** The verdict after hysteresis; false until known. */
    public boolean up() {
        return result != null && result.up();
    }

    /** The fault that the last result reported; empty when it was good. */
    public String reason() {
        return stale ? "stale" : result == null ? "" : result.reason();
    }

    /** Further details of the last run. */
    public Map<String, Object> details() {
        return result == null ? Map.of() : result.details();
    }

    /** How long the last run took; null until one has ended, or if evidence replaced it. */
    public @Nullable Duration latency() {
        return result == null ? null : result.latency();
    }

    /** When the last result came; null until one has. */
    public @Nullable Instant checkedAt() {
        return result == null ? null : result.checkedAt();
    }

    /** Its effect on a group: as {@link #status()}, but a check that is not yet known counts as down. */
    Status inGroup() {
        return required && !known() ? Status.DOWN : status();
    }

    /**
     * Its effect on its probe. A check that is not yet known is not ready and not started, but never fails liveness; a
     * shared check degrades readiness at most.
     */
    public Status status() {
        if (up() && !stale) {
            return Status.UP;
        }
        return switch (kind) {
            case LIVENESS -> known() ? Status.DOWN : Status.UP;
            case STARTUP -> Status.DOWN;
            case READINESS -> required ? Status.DOWN : known() ? Status.DEGRADED : Status.UP;
        };
    }

    CheckStatus withResult(
            boolean newUp, Outcome outcome, @Nullable Duration newLatency, Instant at, @Nullable Instant hung) {
        var result = new Result(newUp, outcome.reason(), outcome.details(), newLatency, at);
        return new CheckStatus(name, kind, required, groups, result, hung, false);
    }

    CheckStatus noLongerHung() {
        return new CheckStatus(name, kind, required, groups, result, null, stale);
    }

    /** Startup checks end by themselves, and a verdict that was never known cannot be too old. */
    CheckStatus whenNothingRuns() {
        return known() && kind != ProbeKind.STARTUP ? withoutRenewal() : this;
    }

    CheckStatus withoutRenewal() {
        return new CheckStatus(name, kind, required, groups, result, hungSince, true);
    }
}
