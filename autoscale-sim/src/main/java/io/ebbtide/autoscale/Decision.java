package io.ebbtide.autoscale;

/**
 * The result of one evaluation. Immutable.
 *
 * @param replicas the number that the autoscaler sets
 * @param kind what decided
 */
record Decision(int replicas, Kind kind) {
    /** What decided the number. */
    enum Kind {
        /** The metrics, within bounds and policies. */
        METRICS,
        /** {@code maxReplicas}. */
        MAX,
        /** {@code minReplicas}. */
        MIN,
        /** A policy. */
        POLICY,
        /** A metric that could not be computed: the number stays. */
        UNKNOWN,
        /** The target has 0 replicas and {@code minReplicas} is not 0: switched off. */
        SWITCHED_OFF
    }
}
