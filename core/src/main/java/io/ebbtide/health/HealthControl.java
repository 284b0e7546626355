package io.ebbtide.health;

/** The service's control of its checks: not for users, who could stop them for good. Safe for use by many threads. */
public final class HealthControl {
    private final Health health;

    /** Creates the control of the given health's checks. */
    public HealthControl(Health health) {
        this.health = health;
    }

    /**
     * Adds a check.
     *
     * @throws IllegalArgumentException if the name is taken, or a dependency is registered for liveness
     * @throws IllegalStateException if the checks are running already
     */
    public void register(String name, ProbeKind kind, Check check) {
        health.register(name, kind, check);
    }

    /**
     * Adds a check at any time. One that is added while the others run belongs to the snapshot, and decides about its probe, from its
     * first outcome on. For adapters to frameworks that create parts of the application when they are first used.
     *
     * @throws IllegalArgumentException if the name is taken, or a dependency is registered for liveness
     */
    public void join(String name, ProbeKind kind, Check check) {
        health.join(name, kind, check);
    }

    /** Begins to run the checks, all of them now. A second call does nothing. */
    public void start() {
        health.start();
    }

    /** Ends all checks; the verdicts stay as they are. A second call does nothing. */
    public void stop() {
        health.stop();
    }
}
