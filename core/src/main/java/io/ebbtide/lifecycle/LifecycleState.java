package io.ebbtide.lifecycle;

/** The states of a service, in the only order they can be entered. */
public enum LifecycleState {
    /** Components start and start-up tasks run. Alive, not ready. */
    STARTING,
    /** Serving. Readiness decides whether the service is in rotation. */
    RUNNING,
    /** The signal has come; requests are served while clients and balancers stop sending. */
    LAME_DUCK,
    /** Listeners are closed; work in flight finishes. */
    DRAINING,
    /** Components stop, last started first. */
    STOPPING,
    /** The service has ended. */
    STOPPED
}
