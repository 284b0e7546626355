package io.ebbtide.probe;

import io.ebbtide.health.Health;
import io.ebbtide.internal.Expect;
import io.ebbtide.lifecycle.Lifecycle;
import org.jspecify.annotations.Nullable;

/**
 * Answers liveness, readiness and startup probes at {@code /health/live}, {@code /health/ready},
 * {@code /health/startup}, everything at {@code /health}, and each group of checks at {@code /health/<group>}. Safe for
 * use by many threads; answering does no I/O, takes no lock and never waits.
 *
 * <p>Without details an answer is the status, and a reason that reveals no internals: {@code starting},
 * {@code leaving}, {@code held} or {@code broken}.
 */
public final class Probes {
    private static final ProbeResponse METHOD_NOT_ALLOWED = ProbeResponse.methodNotAllowed();

    private final Health health;
    private final Lifecycle lifecycle;
    private final boolean detailed;
    private volatile ProbeBodies bodies;

    /**
     * Creates the probes of one service for one port.
     *
     * @param detailed whether answers name checks, reasons and details, see {@link ProbeDetails}
     */
    public Probes(Health health, Lifecycle lifecycle, boolean detailed) {
        this.health = Expect.present(health, "health");
        this.lifecycle = Expect.present(lifecycle, "lifecycle");
        this.detailed = detailed;
        bodies = bodies();
        health.onChange(this::look);
        lifecycle.onMove(state -> look());
        look();
    }

    /**
     * Returns the answer to a request. OPTIONS, which HAProxy sends by default, gets the status of a GET.
     *
     * @param method as on the request line
     * @param path without query, decoded or not; path parameters and a slash at its end change nothing
     * @return the answer; null if this is no probe
     */
    public @Nullable ProbeResponse answer(String method, String path) {
        ProbeResponse response = current().at(ProbePath.normal(path));
        if (response == null || method.equals("GET") || method.equals("HEAD")) {
            return response;
        }
        return method.equals("OPTIONS") ? response.toOptions() : METHOD_NOT_ALLOWED;
    }

    /** Returns the answer to a method that is not served (RFC 9110, section 15.5.6). */
    public static ProbeResponse methodNotAllowed() {
        return METHOD_NOT_ALLOWED;
    }

    /**
     * The answers as of the last change, unless their verdicts have outlived their time, as the engine no longer
     * reports changes.
     */
    private ProbeBodies current() {
        return health.isStalled() ? bodies() : bodies;
    }

    /** Reads under the lock the state that it publishes, so that the last thread to publish has seen the last change. */
    private synchronized void look() {
        bodies = bodies();
    }

    private ProbeBodies bodies() {
        return new ProbeBodies(
                lifecycle.service(), lifecycle.state(), lifecycle.isInRotation(), health.snapshot(), detailed);
    }
}
