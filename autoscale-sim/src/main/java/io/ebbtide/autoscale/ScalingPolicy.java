package io.ebbtide.autoscale;

import io.ebbtide.internal.Expect;

/**
 * How much the replicas may change within a period. Immutable.
 *
 * @param kind pods, or a percentage of the replicas at the period's beginning
 * @param value pods or percent, {@code > 0}
 * @param periodSeconds 1 to 1800
 */
record ScalingPolicy(Kind kind, int value, int periodSeconds) {
    /** The unit of a policy's value. */
    enum Kind {
        PODS,
        PERCENT
    }

    ScalingPolicy {
        Expect.atLeast(1, value, "policy.value");
        Expect.between(1, 1800, periodSeconds, "policy.periodSeconds");
    }

    static ScalingPolicy pods(int value, int periodSeconds) {
        return new ScalingPolicy(Kind.PODS, value, periodSeconds);
    }

    static ScalingPolicy percent(int value, int periodSeconds) {
        return new ScalingPolicy(Kind.PERCENT, value, periodSeconds);
    }

    /** As in a manifest, but on one line: {@code 50 % in 60 s}. */
    String text() {
        return value + (kind == Kind.PODS ? " pod(s) in " : " % in ") + periodSeconds + " s";
    }
}
