package io.ebbtide.budget;

/** How long a service continues to serve everything once the shutdown has begun. */
public enum LameDuckPolicy {
    /** Until the senders of the traffic have measurably stopped, at most for the whole lame duck. */
    ADAPTIVE,
    /** For the whole lame duck. */
    FIXED,
    /** Not at all: for services that are taken out of traffic before they are stopped. */
    NONE
}
