package io.ebbtide.report;

import io.ebbtide.lifecycle.LifecycleState;

/**
 * Is notified of each change of a service's state. Called by one thread at a time, in order, on a thread of its own:
 * whatever it does, the service goes on. What it throws is logged and reported, as is a call that does not return.
 */
public interface LifecycleListener {
    /** The service has entered this state; it may be in a later one by now. */
    default void entered(LifecycleState state) {}

    /** The service has stopped. Called last; the process may end a moment later. */
    default void stopped(ShutdownReport report) {}
}
