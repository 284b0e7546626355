package io.ebbtide.examples.load;

/** Reads the replicas of the service under load. */
@FunctionalInterface
interface ReplicaSource {
    /** Reads nothing. */
    ReplicaSource NONE = () -> new ReplicaSample(null, null, null, null);

    /**
     * Reads the replicas. Called on a dedicated thread, one call at a time; may block for some seconds. A failure is a sample with a
     * note.
     *
     * @throws InterruptedException if the load ends during the call
     */
    ReplicaSample sample() throws InterruptedException;
}
