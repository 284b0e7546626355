package io.ebbtide.health;

import java.util.concurrent.CompletionStage;

/** A check body: the work of a check in one run. */
@FunctionalInterface
interface CheckBody {
    /** Begins one run, on a thread of the check's own. May block; any exception counts as a failure. */
    CompletionStage<Outcome> begin() throws Exception;
}
