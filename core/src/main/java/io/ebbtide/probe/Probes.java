package io.ebbtide.probe;

import io.ebbtide.health.Health;
import io.ebbtide.health.Snapshot;
import io.ebbtide.lifecycle.Lifecycle;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers liveness, readiness and startup probes at {@code /health/live}, {@code /health/ready},
 * {@code /health/startup}, everything at {@code /health}, and each group of checks at {@code /health/<group>}. Safe for
 * use by many threads; answering does no I/O, takes no lock and never waits.
 */
public final class Probes {
    private static final ProbeResponse METHOD_NOT_ALLOWED = ProbeResponse.methodNotAllowed();

    private final Health health;
    private final Lifecycle lifecycle;
    private volatile Map<String, ProbeResponse> rendered;

    /** The probes of one service; rendered anew with each of its changes. */
    public Probes(Health health, Lifecycle lifecycle) {
        this.health = health;
        this.lifecycle = lifecycle;
        rendered = rendered();
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
        ProbeResponse response = answers().get(path);
        if (response == null || method.equals("GET") || method.equals("HEAD")) {
            return response;
        }
        return METHOD_NOT_ALLOWED;
    }

    /** The answer to a method that is neither GET nor HEAD (RFC 9110, section 15.5.6). */
    public static ProbeResponse methodNotAllowed() {
        return METHOD_NOT_ALLOWED;
    }

    /** What is rendered, unless the verdicts in it have outlived their time, as nobody renders them anew any more. */
    private Map<String, ProbeResponse> answers() {
        return health.isStalled() ? rendered() : rendered;
    }

    /** Reads under the lock what it publishes, so that the last to publish has seen the last change. */
    private synchronized void render() {
        rendered = rendered();
    }

    private Map<String, ProbeResponse> rendered() {
        Snapshot snapshot = health.snapshot();
        var bodies = new ProbeBodies(lifecycle.service(), lifecycle.state(), lifecycle.isInRotation(), snapshot);
        var answers = new HashMap<String, ProbeResponse>();
        for (String group : snapshot.groups()) {
            answers.put("/health/" + group, bodies.group(group));
        }
        answers.put("/health/live", bodies.live());
        answers.put("/health/ready", bodies.ready());
        answers.put("/health/startup", bodies.started());
        answers.put("/health", bodies.all());
        return Map.copyOf(answers);
    }
}
