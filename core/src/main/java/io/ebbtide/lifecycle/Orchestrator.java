package io.ebbtide.lifecycle;

import java.time.Duration;
import java.util.Map;

/** Who starts and stops the process, as far as its environment tells. */
public enum Orchestrator {
    /** {@code KUBERNETES_SERVICE_HOST} is set; {@code terminationGracePeriodSeconds} is 30 by default. */
    KUBERNETES("Kubernetes", "KUBERNETES_SERVICE_HOST", 30),
    /** {@code ECS_CONTAINER_METADATA_URI_V4} is set; {@code stopTimeout} is 30 s by default. */
    ECS("Amazon ECS", "ECS_CONTAINER_METADATA_URI_V4", 30),
    /** {@code NOMAD_ALLOC_ID} is set; {@code kill_timeout} is 5 s by default, and the signal SIGINT. */
    NOMAD("Nomad", "NOMAD_ALLOC_ID", 5),
    /** None seen: docker's own grace of 10 s is assumed. */
    NONE("no orchestrator", "", 10);

    private final String label;
    private final String variable;
    private final Duration grace;

    Orchestrator(String label, String variable, int graceSeconds) {
        this.label = label;
        this.variable = variable;
        this.grace = Duration.ofSeconds(graceSeconds);
    }

    /** The one that this environment shows. */
    public static Orchestrator of(Map<String, String> environment) {
        for (Orchestrator each : values()) {
            if (environment.containsKey(each.variable)) {
                return each;
            }
        }
        return NONE;
    }

    /** How people call it. */
    public String label() {
        return label;
    }

    /** The time from the signal to the kill, unless somebody has changed it there. */
    public Duration defaultGrace() {
        return grace;
    }

    /** The longest lame duck to assume: balancers need time to learn of a removal, a laptop has none. */
    public Duration mostLameDuck() {
        return Duration.ofSeconds(this == NONE ? 2 : 15);
    }
}
