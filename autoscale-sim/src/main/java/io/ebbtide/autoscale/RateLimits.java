package io.ebbtide.autoscale;

import io.ebbtide.autoscale.ScalingPolicy.Kind;

/** Limits the replicas in one evaluation by the policies and bounds of an autoscaler. */
final class RateLimits {
    private RateLimits() {}

    /** The reason for a number, named as in the controller's condition ScalingLimited. */
    enum Reason {
        DESIRED_WITHIN_RANGE,
        SCALE_UP_LIMIT,
        TOO_MANY_REPLICAS,
        SCALE_DOWN_LIMIT,
        TOO_FEW_REPLICAS
    }

    /** A number of replicas, and the reason for its limit. */
    record Limited(int replicas, Reason reason) {}

    /** With {@code behavior}. */
    static Limited byPolicies(
            int current,
            int desired,
            int min,
            int max,
            Behavior behavior,
            ScaleEvents ups,
            ScaleEvents downs,
            long nowMillis) {
        if (desired > current) {
            int limit = Math.max(current, upLimit(current, ups, downs, behavior.up(), nowMillis));
            if (desired > Math.min(max, limit)) {
                return max > limit
                        ? new Limited(limit, Reason.SCALE_UP_LIMIT)
                        : new Limited(max, Reason.TOO_MANY_REPLICAS);
            }
        } else if (desired < current) {
            int limit = Math.min(current, downLimit(current, ups, downs, behavior.down(), nowMillis));
            if (desired < Math.max(min, limit)) {
                return min < limit
                        ? new Limited(limit, Reason.SCALE_DOWN_LIMIT)
                        : new Limited(min, Reason.TOO_FEW_REPLICAS);
            }
        }
        return new Limited(desired, Reason.DESIRED_WITHIN_RANGE);
    }

    /** Without {@code behavior}: up to twice the replicas, or 4, in one evaluation. */
    static Limited byDefault(int current, int desired, int min, int max) {
        int limit = (int) Math.max(2.0 * current, 4);
        if (desired < min) {
            return new Limited(min, Reason.TOO_FEW_REPLICAS);
        }
        if (desired > Math.min(max, limit)) {
            return max > limit ? new Limited(limit, Reason.SCALE_UP_LIMIT) : new Limited(max, Reason.TOO_MANY_REPLICAS);
        }
        return new Limited(desired, Reason.DESIRED_WITHIN_RANGE);
    }

    static int upLimit(int current, ScaleEvents ups, ScaleEvents downs, ScalingRules rules, long nowMillis) {
        if (rules.select() == SelectPolicy.DISABLED) {
            return current;
        }
        boolean smallest = rules.select() == SelectPolicy.MIN;
        int limit = smallest ? Integer.MAX_VALUE : Integer.MIN_VALUE;
        for (ScalingPolicy each : rules.policies()) {
            int before = before(current, each, ups, downs, nowMillis);
            // Rounded up: otherwise a share of a few replicas would be 0, and their number would never grow.
            int proposed = each.kind() == Kind.PODS
                    ? (int) Math.min(Integer.MAX_VALUE, (long) before + each.value())
                    : (int) Math.ceil(before * (1 + each.value() / 100.0));
            limit = smallest ? Math.min(limit, proposed) : Math.max(limit, proposed);
        }
        return limit;
    }

    static int downLimit(int current, ScaleEvents ups, ScaleEvents downs, ScalingRules rules, long nowMillis) {
        if (rules.select() == SelectPolicy.DISABLED) {
            return current;
        }
        boolean smallest = rules.select() == SelectPolicy.MIN;
        int limit = smallest ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        for (ScalingPolicy each : rules.policies()) {
            int before = before(current, each, ups, downs, nowMillis);
            int proposed =
                    each.kind() == Kind.PODS ? before - each.value() : (int) (before * (1 - each.value() / 100.0));
            limit = smallest ? Math.max(limit, proposed) : Math.min(limit, proposed);
        }
        return limit;
    }

    /** The replicas at the beginning of the policy's period. */
    private static int before(int current, ScalingPolicy policy, ScaleEvents ups, ScaleEvents downs, long nowMillis) {
        return current
                - ups.within(policy.periodSeconds(), nowMillis)
                + downs.within(policy.periodSeconds(), nowMillis);
    }
}
