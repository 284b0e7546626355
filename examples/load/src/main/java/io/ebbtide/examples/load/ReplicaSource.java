package io.ebbtide.examples.load;

/** Knows the replicas of the service under load. */
@FunctionalInterface
interface ReplicaSource {
    /** Nothing. */
    ReplicaSource NONE = () -> new ReplicaSample(null, null, null, null);

    /**
     * Reads them. On a thread of its own, one call at a time; may block for some seconds. A failure is a sample with a note.
     *
     * @throws InterruptedException if the load ends during the call
     */
    ReplicaSample sample() throws InterruptedException;
}
