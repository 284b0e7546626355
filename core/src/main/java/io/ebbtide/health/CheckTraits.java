package io.ebbtide.health;

import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a check except its body. Immutable.
 *
 * @param onTimeout action for a run that timed out
 * @param timeoutOutcome the outcome that such a run counts as; null for a failure
 * @param onStop action for the end of the check
 * @param explicitlyRequired as {@code required()} and {@code shared()} have set it; null if neither was called
 * @param groups the named groups that it belongs to, beside its probe
 * @param platformThread whether its body must not run on a virtual thread
 * @param evidence the evidence that may replace a run; null if there is none
 */
record CheckTraits(
        Runnable onTimeout,
        @Nullable Supplier<@Nullable Outcome> timeoutOutcome,
        Runnable onStop,
        CheckSchedule schedule,
        boolean dependency,
        @Nullable Boolean explicitlyRequired,
        Set<String> groups,
        boolean platformThread,
        @Nullable Evidence evidence) {

    /** No action: no thread is started for it. */
    static final Runnable NOTHING = () -> {};

    CheckTraits {
        groups = Set.copyOf(groups);
    }

    /** Whether its failure takes the service out of rotation: unless explicitly set, true for all except a dependency. */
    boolean required() {
        return explicitlyRequired == null ? !dependency : explicitlyRequired;
    }

    static CheckTraits ofOurselves() {
        return new CheckTraits(NOTHING, null, NOTHING, CheckSchedule.defaults(), false, null, Set.of(), false, null);
    }

    CheckTraits withOnTimeout(Runnable newOnTimeout) {
        return new CheckTraits(
                newOnTimeout,
                timeoutOutcome,
                onStop,
                schedule,
                dependency,
                explicitlyRequired,
                groups,
                platformThread,
                evidence);
    }

    CheckTraits withTimeoutOutcome(Supplier<@Nullable Outcome> newOutcome) {
        return new CheckTraits(
                onTimeout,
                newOutcome,
                onStop,
                schedule,
                dependency,
                explicitlyRequired,
                groups,
                platformThread,
                evidence);
    }

    CheckTraits withOnStop(Runnable newOnStop) {
        return new CheckTraits(
                onTimeout,
                timeoutOutcome,
                newOnStop,
                schedule,
                dependency,
                explicitlyRequired,
                groups,
                platformThread,
                evidence);
    }

    CheckTraits withSchedule(CheckSchedule newSchedule) {
        return new CheckTraits(
                onTimeout,
                timeoutOutcome,
                onStop,
                newSchedule,
                dependency,
                explicitlyRequired,
                groups,
                platformThread,
                evidence);
    }

    CheckTraits withDependency() {
        return new CheckTraits(
                onTimeout,
                timeoutOutcome,
                onStop,
                schedule,
                true,
                explicitlyRequired,
                groups,
                platformThread,
                evidence);
    }

    CheckTraits withRequired(boolean newRequired) {
        return new CheckTraits(
                onTimeout, timeoutOutcome, onStop, schedule, dependency, newRequired, groups, platformThread, evidence);
    }

    CheckTraits withGroups(Set<String> newGroups) {
        return new CheckTraits(
                onTimeout,
                timeoutOutcome,
                onStop,
                schedule,
                dependency,
                explicitlyRequired,
                newGroups,
                platformThread,
                evidence);
    }

    CheckTraits onPlatformThread() {
        return new CheckTraits(
                onTimeout, timeoutOutcome, onStop, schedule, dependency, explicitlyRequired, groups, true, evidence);
    }

    CheckTraits withEvidence(Evidence newEvidence) {
        return new CheckTraits(
                onTimeout,
                timeoutOutcome,
                onStop,
                schedule,
                dependency,
                explicitlyRequired,
                groups,
                platformThread,
                newEvidence);
    }
}
