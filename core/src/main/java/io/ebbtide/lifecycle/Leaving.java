package io.ebbtide.lifecycle;

/** Whether a shutdown begins with the lame duck. */
public enum Leaving {
    /** Somebody outside still sends traffic and has to learn of the removal first: a signal. */
    WITH_LAME_DUCK,
    /** Nobody outside is waiting: a test, a redeployment, a developer at a terminal. */
    AT_ONCE
}
