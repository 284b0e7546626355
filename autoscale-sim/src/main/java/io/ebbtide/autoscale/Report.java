package io.ebbtide.autoscale;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a call of the command has computed. Immutable.
 *
 * @param own the result of the manifests' own autoscaler
 * @param trace the load
 * @param results the rows, in order; at least one
 * @param search the result of a search; null without one
 * @param failOver the share of requests that the manifests' own autoscaler may lose; null without a limit
 * @param assumptions what the numbers depend on, one sentence each
 */
record Report(
        SimulationResult own,
        Trace trace,
        List<SimulationResult> results,
        TargetSearch.@Nullable Found search,
        @Nullable Double failOver,
        List<String> assumptions) {
    Report {
        results = List.copyOf(results);
        assumptions = List.copyOf(assumptions);
    }

    /** Whether the limit holds and the search, if there was one, has found what meets its goal. */
    boolean met() {
        return !exceedsFailOver() && (search == null || search.met());
    }

    /** Whether the manifests' own autoscaler loses more than its limit. */
    boolean exceedsFailOver() {
        return failOver != null && own.lostShare() > failOver;
    }

    /** Both shares; "" without a limit. */
    String failure() {
        return failOver == null
                ? ""
                : "%s of the requests lost (--fail-over: at most %s)"
                        .formatted(TextReport.share(own.lostShare()), TextReport.share(failOver));
    }
}
