package io.ebbtide.probe;

import io.ebbtide.health.Health;
import io.ebbtide.internal.Expect;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.spi.ProbeResponse;
import io.ebbtide.spi.Probes;
import org.jspecify.annotations.Nullable;

/** The answers to the probes of one service, as of the last change. Safe for use by many threads. */
public final class ProbeAnswers {
    private final Health health;
    private final Lifecycle lifecycle;
    private final boolean detailed;
    private volatile ProbeBodies bodies;

    private ProbeAnswers(Health health, Lifecycle lifecycle, boolean detailed) {
        this.health = Expect.present(health, "health");
        this.lifecycle = Expect.present(lifecycle, "lifecycle");
        this.detailed = detailed;
        bodies = bodies();
        health.onChange(this::refresh);
        lifecycle.onMove(state -> refresh());
        refresh();
    }

    /**
     * Creates the probes of one service for one port.
     *
     * @param detailed whether answers name checks, reasons and details, see {@link ProbeDetails}
     */
    public static Probes probes(Health health, Lifecycle lifecycle, boolean detailed) {
        return new Probes(new ProbeAnswers(health, lifecycle, detailed)::at);
    }

    /** Renews the answers first where their verdicts have outlived their time, as the engine no longer reports changes. */
    private @Nullable ProbeResponse at(String path) {
        ProbeBodies current = health.isStalled() ? bodies() : bodies;
        return current.at(path);
    }

    /** Reads under the lock the state that it publishes, so that the last thread to publish has seen the last change. */
    private synchronized void refresh() {
        bodies = bodies();
    }

    private ProbeBodies bodies() {
        return new ProbeBodies(
                lifecycle.service(), lifecycle.state(), lifecycle.isInRotation(), health.snapshot(), detailed);
    }
}
