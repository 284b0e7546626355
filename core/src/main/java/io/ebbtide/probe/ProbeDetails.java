package io.ebbtide.probe;

/**
 * Where the answers to probes contain more than the status: each check with its reason and details, the reason of a
 * hold, why the service is broken.
 */
public enum ProbeDetails {
    /** On no port: the status alone. */
    NONE,
    /** On the management port. The application's port, which is often public, answers with the status alone. */
    MANAGEMENT,
    /** On the application's port, too: for a port that only the operators of the service can reach. */
    EVERYWHERE
}
