package io.ebbtide.autoscale;

import io.ebbtide.autoscale.Decision.Kind;
import io.ebbtide.autoscale.RateLimits.Limited;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies the controller's rules to the metrics' proposals, one evaluation at a time: the largest proposal wins, then stabilisation,
 * policies and bounds apply. Not thread-safe; confine to one thread.
 */
final class AutoscalerLoop {
    private final int min;
    private final int max;
    private final @Nullable Behavior behavior;
    private final long controllerWindowMillis;
    private final Recommendations recommendations = new Recommendations();
    private final ScaleEvents ups = new ScaleEvents();
    private final ScaleEvents downs = new ScaleEvents();

    /** @param behavior null if the autoscaler has none; then an older rule applies */
    AutoscalerLoop(int min, int max, @Nullable Behavior behavior, ControllerSettings settings) {
        this.min = min;
        this.max = max;
        this.behavior = behavior;
        controllerWindowMillis = settings.downscaleStabilization().toMillis();
    }

    /**
     * One evaluation.
     *
     * @param current {@code spec.replicas} of the target
     * @param proposals the proposal of each metric
     */
    Decision evaluate(int current, List<Proposal> proposals, long nowMillis) {
        if (recommendations.isEmpty()) {
            recommendations.add(current, nowMillis);
        }
        if (current == 0 && min != 0) {
            return new Decision(0, Kind.SWITCHED_OFF);
        }
        Decision decision;
        if (current > max) {
            decision = new Decision(max, Kind.MAX);
        } else if (current < min) {
            decision = new Decision(min, Kind.MIN);
        } else {
            decision = byMetrics(current, proposals, nowMillis);
        }
        record(current, decision.replicas(), nowMillis);
        return decision;
    }

    private Decision byMetrics(int current, List<Proposal> proposals, long nowMillis) {
        int desired = 0;
        int invalid = 0;
        for (Proposal each : proposals) {
            if (each.valid()) {
                desired = Math.max(desired, each.replicas());
            } else {
                invalid++;
            }
        }
        // A metric that is missing might have asked for more, so without it the replicas are not lowered.
        if (invalid >= proposals.size() || (invalid > 0 && desired < current)) {
            return new Decision(current, Kind.UNKNOWN);
        }
        Limited limited;
        if (behavior == null) {
            int stabilized = recommendations.highest(desired, controllerWindowMillis, nowMillis);
            limited = RateLimits.byDefault(current, stabilized, min, max);
        } else {
            int stabilized = recommendations.stabilized(
                    current,
                    desired,
                    window(behavior.up(), 0),
                    window(behavior.down(), controllerWindowMillis),
                    nowMillis);
            limited = RateLimits.byPolicies(current, stabilized, min, max, behavior, ups, downs, nowMillis);
        }
        return new Decision(
                limited.replicas(),
                switch (limited.reason()) {
                    case DESIRED_WITHIN_RANGE -> Kind.METRICS;
                    case SCALE_UP_LIMIT, SCALE_DOWN_LIMIT -> Kind.POLICY;
                    case TOO_MANY_REPLICAS -> Kind.MAX;
                    case TOO_FEW_REPLICAS -> Kind.MIN;
                });
    }

    private static int window(ScalingRules rules, long controllerMillis) {
        Integer own = rules.stabilizationSeconds();
        return own == null ? (int) (controllerMillis / 1000) : own;
    }

    private void record(int before, int after, long nowMillis) {
        if (behavior == null) {
            return;
        }
        if (after > before) {
            ups.add(after - before, nowMillis, behavior.up().longestPeriodSeconds());
        } else if (after < before) {
            downs.add(before - after, nowMillis, behavior.down().longestPeriodSeconds());
        }
    }
}
