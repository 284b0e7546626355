package io.ebbtide.health;

import java.util.concurrent.CompletionStage;

/** What a check does in one run. */
@FunctionalInterface
interface Look {
    /** Begins one run, on a thread of the check's own. May block; what it throws counts as a failure. */
    CompletionStage<Outcome> begin() throws Exception;
}
