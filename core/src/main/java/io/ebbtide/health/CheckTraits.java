package io.ebbtide.health;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a check but what it looks at. Immutable.
 *
 * @param onTimeout for a run that timed out
 * @param onStop for the end of the check
 * @param groups the named groups that it belongs to, beside its probe
 * @param platformThread whether its look must not run on a virtual thread
 * @param evidence what may stand for a run; null if nothing may
 */
record CheckTraits(
        Runnable onTimeout,
        Runnable onStop,
        CheckSchedule schedule,
        boolean dependency,
        boolean required,
        Set<String> groups,
        boolean platformThread,
        @Nullable Evidence evidence) {

    /** No action, which is not worth a thread. */
    static final Runnable NOTHING = () -> {};

    CheckTraits {
        groups = Set.copyOf(groups);
    }

    static CheckTraits ofOurselves() {
        return new CheckTraits(NOTHING, NOTHING, CheckSchedule.defaults(), false, true, Set.of(), false, null);
    }

    CheckTraits withOnTimeout(Runnable newOnTimeout) {
        return new CheckTraits(newOnTimeout, onStop, schedule, dependency, required, groups, platformThread, evidence);
    }

    CheckTraits withOnStop(Runnable newOnStop) {
        return new CheckTraits(onTimeout, newOnStop, schedule, dependency, required, groups, platformThread, evidence);
    }

    CheckTraits withSchedule(CheckSchedule newSchedule) {
        return new CheckTraits(onTimeout, onStop, newSchedule, dependency, required, groups, platformThread, evidence);
    }

    CheckTraits withDependency() {
        return new CheckTraits(onTimeout, onStop, schedule, true, false, groups, platformThread, evidence);
    }

    CheckTraits withRequired(boolean newRequired) {
        return new CheckTraits(onTimeout, onStop, schedule, dependency, newRequired, groups, platformThread, evidence);
    }

    CheckTraits withGroups(Set<String> newGroups) {
        return new CheckTraits(onTimeout, onStop, schedule, dependency, required, newGroups, platformThread, evidence);
    }

    CheckTraits onPlatformThread() {
        return new CheckTraits(onTimeout, onStop, schedule, dependency, required, groups, true, evidence);
    }

    CheckTraits withEvidence(Evidence newEvidence) {
        return new CheckTraits(onTimeout, onStop, schedule, dependency, required, groups, platformThread, newEvidence);
    }
}
