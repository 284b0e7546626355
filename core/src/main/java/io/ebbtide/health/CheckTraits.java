package io.ebbtide.health;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a check but what it looks at. Immutable.
 *
 * @param onTimeout for a run that timed out
 * @param onStop for the end of the check
 * @param groups the named groups that it belongs to, beside its probe
 * @param evidence what may stand for a run; null if nothing may
 */
record CheckTraits(
        Runnable onTimeout,
        Runnable onStop,
        CheckSchedule schedule,
        boolean dependency,
        boolean required,
        Set<String> groups,
        @Nullable Evidence evidence) {

    CheckTraits {
        groups = Set.copyOf(groups);
    }

    static CheckTraits ofOurselves() {
        return new CheckTraits(() -> {}, () -> {}, CheckSchedule.defaults(), false, true, Set.of(), null);
    }

    CheckTraits withOnTimeout(Runnable newOnTimeout) {
        return new CheckTraits(newOnTimeout, onStop, schedule, dependency, required, groups, evidence);
    }

    CheckTraits withOnStop(Runnable newOnStop) {
        return new CheckTraits(onTimeout, newOnStop, schedule, dependency, required, groups, evidence);
    }

    CheckTraits withSchedule(CheckSchedule newSchedule) {
        return new CheckTraits(onTimeout, onStop, newSchedule, dependency, required, groups, evidence);
    }

    CheckTraits withDependency() {
        return new CheckTraits(onTimeout, onStop, schedule, true, false, groups, evidence);
    }

    CheckTraits withRequired(boolean newRequired) {
        return new CheckTraits(onTimeout, onStop, schedule, dependency, newRequired, groups, evidence);
    }

    CheckTraits withGroups(Set<String> newGroups) {
        return new CheckTraits(onTimeout, onStop, schedule, dependency, required, newGroups, evidence);
    }

    CheckTraits withEvidence(Evidence newEvidence) {
        return new CheckTraits(onTimeout, onStop, schedule, dependency, required, groups, newEvidence);
    }
}
