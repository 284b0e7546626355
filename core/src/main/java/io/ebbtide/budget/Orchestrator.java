package io.ebbtide.budget;

import java.time.Duration;
import java.util.Map;

/** The platform that starts and stops the process, as far as the environment shows it. */
public enum Orchestrator {
    /** {@code KUBERNETES_SERVICE_HOST} is set; {@code terminationGracePeriodSeconds} is 30 by default. */
    KUBERNETES("Kubernetes", "KUBERNETES_SERVICE_HOST", "terminationGracePeriodSeconds", 30),
    /** {@code ECS_CONTAINER_METADATA_URI_V4} is set; {@code stopTimeout} is 30 s by default. */
    ECS("Amazon ECS", "ECS_CONTAINER_METADATA_URI_V4", "stopTimeout", 30),
    /** {@code NOMAD_ALLOC_ID} is set; {@code kill_timeout} is 5 s by default, and the signal SIGINT. */
    NOMAD("Nomad", "NOMAD_ALLOC_ID", "kill_timeout", 5),
    /** None detected: docker's own grace of 10 s is assumed. */
    NONE("no orchestrator", "", "docker's --stop-timeout or systemd's TimeoutStopSec", 10);

    private final String label;
    private final String variable;
    private final String graceSetting;
    private final Duration grace;

    Orchestrator(String label, String variable, String graceSetting, int graceSeconds) {
        this.label = label;
        this.variable = variable;
        this.graceSetting = graceSetting;
        this.grace = Duration.ofSeconds(graceSeconds);
    }

    /** Returns the orchestrator that this environment shows. */
    public static Orchestrator of(Map<String, String> environment) {
        for (Orchestrator each : values()) {
            if (environment.containsKey(each.variable)) {
                return each;
            }
        }
        return NONE;
    }

    /** Returns which orchestrator was detected, and by which variable. */
    public String seen() {
        return this == NONE ? "no orchestrator detected" : label + " detected, because " + variable + " is set";
    }

    /** Returns the origin of its default grace. */
    public String why() {
        return this == NONE
                ? "docker's default, because no orchestrator was detected"
                : label + "'s default, because " + variable + " is set";
    }

    /** Returns the name of its own setting for the grace. */
    public String graceSetting() {
        return graceSetting;
    }

    /** Returns the time from the signal to the kill, unless the platform is configured otherwise. */
    public Duration defaultGrace() {
        return grace;
    }

    /** Returns the longest lame duck to assume: balancers need time to notice a removal; a laptop has no balancer. */
    public Duration maxLameDuck() {
        return Duration.ofSeconds(this == NONE ? 2 : 15);
    }
}
