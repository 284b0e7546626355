package io.ebbtide.lifecycle;

/** How long a service goes on serving everything once it has been told to stop. */
public enum LameDuckPolicy {
    /** Until those who sent the traffic have measurably stopped, at most for the whole lame duck. */
    ADAPTIVE,
    /** For the whole lame duck. */
    FIXED,
    /** Not at all: for what is taken out of traffic before it is stopped. */
    NONE
}
