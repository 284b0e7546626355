package io.ebbtide.examples.load;

import org.jspecify.annotations.Nullable;

/**
 * The replicas of a service at a moment, as far as they are known. Immutable.
 *
 * @param wanted the desired number; null if not known
 * @param ready the number that receives traffic; null if not known
 * @param utilisation work in flight divided by capacity, or CPU divided by its request, as the mean over replicas, 1 for full use;
 *     null if not known
 * @param note the reason for a failed read, or null
 */
record ReplicaSample(
        @Nullable Integer wanted,
        @Nullable Integer ready,
        @Nullable Double utilisation,
        @Nullable String note) {
    /** Nothing is known. */
    static ReplicaSample unknown(String note) {
        return new ReplicaSample(null, null, null, note);
    }
}
