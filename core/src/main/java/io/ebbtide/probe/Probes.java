package io.ebbtide.probe;

import io.ebbtide.health.Health;
import io.ebbtide.lifecycle.Lifecycle;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers liveness, readiness and startup probes at {@code /health/live}, {@code /health/ready},
 * {@code /health/startup}, and everything at {@code /health}. Safe for use by many threads; answering does no I/O, takes
 * no lock and never waits.
 */
public final class Probes {
    private static final ProbeResponse METHOD_NOT_ALLOWED = ProbeResponse.methodNotAllowed();

    private final Health health;
    private final Lifecycle lifecycle;
    private volatile Map<String, ProbeResponse> rendered = Map.of();

    /** The probes of one service; rendered anew with each of its changes. */
    public Probes(Health health, Lifecycle lifecycle) {
        this.health = health;
        this.lifecycle = lifecycle;
        health.onChange(this::render);
        lifecycle.onMove(state -> render());
        render();
    }

    /**
     * The answer to a request.
     *
     * @param method as on the request line
     * @param path without query
     * @return null if this is no probe
     */
    public @Nullable ProbeResponse answer(String method, String path) {
        ProbeResponse response = rendered.get(path);
        if (response == null || method.equals("GET") || method.equals("HEAD")) {
            return response;
        }
        return METHOD_NOT_ALLOWED;
    }

    /** The answer to a method that is neither GET nor HEAD (RFC 9110, section 15.5.6). */
    public static ProbeResponse methodNotAllowed() {
        return METHOD_NOT_ALLOWED;
    }

    /** Reads under the lock what it publishes, so that the last to publish has seen the last change. */
    private synchronized void render() {
        var bodies = new ProbeBodies(lifecycle.service(), lifecycle.state(), health.snapshot());
        rendered = Map.of(
                "/health/live", bodies.live(),
                "/health/ready", bodies.ready(),
                "/health/startup", bodies.started(),
                "/health", bodies.all());
    }
}
