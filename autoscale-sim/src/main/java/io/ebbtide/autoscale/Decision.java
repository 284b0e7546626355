package io.ebbtide.autoscale;

/**
 * The result of one evaluation. Immutable.
 *
 * @param replicas the number of replicas that the autoscaler sets
 * @param kind the reason for the number
 */
record Decision(int replicas, Kind kind) {
    /** The reason for the number. */
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
