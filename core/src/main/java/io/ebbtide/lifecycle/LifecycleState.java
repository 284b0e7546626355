package io.ebbtide.lifecycle;

/** The states of a service, in the only order they can be entered. */
public enum LifecycleState {
    /** Components start and start-up tasks run. Alive, not ready. */
    STARTING,
    /** Serving. Readiness decides whether the service is in rotation. */
    RUNNING,
    /** Told to stop, still serving while clients and balancers leave. */
    LAME_DUCK,
    /** Listeners are closed; work in flight finishes. */
    DRAINING,
    /** Components stop, last started first. */
    STOPPING,
    /** Over. */
    STOPPED;

    /** A signal may come during start-up; a listener may serve already, so nothing skips DRAINING. */
    boolean mayBecome(LifecycleState next) {
        return switch (this) {
            case STARTING -> next == RUNNING || next == DRAINING;
            case RUNNING -> next == LAME_DUCK || next == DRAINING;
            case LAME_DUCK -> next == DRAINING;
            case DRAINING -> next == STOPPING;
            case STOPPING -> next == STOPPED;
            case STOPPED -> false;
        };
    }
}
