package io.ebbtide.autoscale;

import org.jspecify.annotations.Nullable;

/**
 * The number of replicas that one metric proposes. Immutable.
 *
 * @param replicas the number of replicas; 0 if the metric could not be computed
 * @param measured the utilisation in percent, or the value in milli-units, before corrections for missing pods
 * @param raw for a utilisation, the average value in milli-units
 * @param problem why the proposal could not be computed; null if it could
 */
record Proposal(
        int replicas, long measured, long raw, @Nullable String problem) {
    static Proposal of(int replicas, long measured, long raw) {
        return new Proposal(replicas, measured, raw, null);
    }

    static Proposal failed(String problem) {
        return new Proposal(0, 0, 0, problem);
    }

    boolean valid() {
        return problem == null;
    }
}
