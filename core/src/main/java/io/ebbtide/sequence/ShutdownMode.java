package io.ebbtide.sequence;

/** Whether a shutdown begins with the lame duck. */
public enum ShutdownMode {
    /** Clients still send traffic and must notice the removal first: a signal. */
    WITH_LAME_DUCK,
    /** No client is waiting: a test, a redeployment, a developer at a terminal. */
    AT_ONCE
}
