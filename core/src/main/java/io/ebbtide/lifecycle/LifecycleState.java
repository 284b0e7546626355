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
