package io.ebbtide.health;

/** The three questions that a platform asks a service. */
public enum ProbeKind {
    /** Must the process be killed and started anew? */
    LIVENESS,
    /** May it be given traffic? */
    READINESS,
    /** Has it finished starting? Once yes, always yes. */
    STARTUP
}
