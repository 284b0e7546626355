package io.ebbtide.health;

import java.util.Set;
import java.util.function.Consumer;
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

    CheckTraits with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.build();
    }

    /** Properties to change by name, so that no two arguments of one type can be swapped. Confine to one thread. */
    static final class Draft {
        Runnable onTimeout;

        @Nullable
        Supplier<@Nullable Outcome> timeoutOutcome;

        Runnable onStop;
        CheckSchedule schedule;
        boolean dependency;

        @Nullable
        Boolean required;

        Set<String> groups;
        boolean platformThread;

        @Nullable
        Evidence evidence;

        private Draft(CheckTraits from) {
            onTimeout = from.onTimeout;
            timeoutOutcome = from.timeoutOutcome;
            onStop = from.onStop;
            schedule = from.schedule;
            dependency = from.dependency;
            required = from.explicitlyRequired;
            groups = from.groups;
            platformThread = from.platformThread;
            evidence = from.evidence;
        }

        private CheckTraits build() {
            return new CheckTraits(
                    onTimeout,
                    timeoutOutcome,
                    onStop,
                    schedule,
                    dependency,
                    required,
                    groups,
                    platformThread,
                    evidence);
        }
    }
}
