package io.ebbtide.autoscale;

import org.jspecify.annotations.Nullable;

/**
 * Pods that the controller cannot distinguish: the same phase, readiness, age, request and measurement. Immutable. Groups keep the
 * cost of an evaluation independent of the number of pods; sums over groups equal sums over pods, in integers.
 *
 * @param count number of pods, {@code >= 0}
 * @param phase the phase of each
 * @param deleted whether each has a deletion timestamp
 * @param ready the condition Ready of each
 * @param startedMillis when each started, {@link #NEVER} if it has not
 * @param readyChangedMillis when the condition Ready last changed
 * @param sample the metric of each; null if it is missing
 * @param request the resource request of each in milli-units; {@link #NO_REQUEST} if a container has none
 */
record PodGroup(
        int count,
        Phase phase,
        boolean deleted,
        Ready ready,
        long startedMillis,
        long readyChangedMillis,
        @Nullable Sample sample,
        long request) {
    static final long NEVER = Long.MIN_VALUE;
    static final long NO_REQUEST = -1;

    /** The phases of a pod, and one for a measurement that belongs to no pod of the selector. */
    enum Phase {
        PENDING,
        RUNNING,
        SUCCEEDED,
        FAILED,
        NOT_SELECTED
    }

    /** The condition Ready. */
    enum Ready {
        TRUE,
        FALSE,
        NO_CONDITION
    }

    /**
     * One measurement of a pod.
     *
     * @param milli its value in milli-units
     * @param atMillis the end of the window
     * @param windowMillis the time over which it is an average
     */
    record Sample(long milli, long atMillis, long windowMillis) {}
}
