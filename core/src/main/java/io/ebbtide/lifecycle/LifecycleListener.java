package io.ebbtide.lifecycle;

/**
 * Is told how a service moves on. Called by one thread at a time, in order, on a thread of its own: whatever it does,
 * the service goes on. What it throws is logged and told in the report, as is one that does not return.
 */
public interface LifecycleListener {
    /** The service has entered this state; it may have left it since. */
    default void entered(LifecycleState state) {}

    /** The service is over. Called last; the process may end a moment later. */
    default void stopped(ShutdownReport report) {}
}
