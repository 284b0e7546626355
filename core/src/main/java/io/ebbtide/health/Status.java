package io.ebbtide.health;

/** The answer to a probe, from best to worst. */
public enum Status {
    /** All is well. */
    UP,
    /** A dependency that all replicas share is down: still serving, visibly worse. */
    DEGRADED,
    /** The probe fails. */
    DOWN;

    /** The worse of the two. */
    public Status worse(Status other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
