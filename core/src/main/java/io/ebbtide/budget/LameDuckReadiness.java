package io.ebbtide.budget;

/** What readiness reports during the lame duck. From the drain on it fails in any case: no port listens any more. */
public enum LameDuckReadiness {
    /**
     * It fails at once: for balancers that poll it, and for autoscalers that average over what is ready. Kubernetes
     * marks a terminating pod as not ready by itself, whatever the probe reports, but also as not <em>serving</em>, and then
     * kube-proxy no longer falls back on it where no ready pod remains (KEP-1669).
     */
    FAIL,
    /**
     * The checks still decide it, so that the last pods of a Service are kept as endpoints while they can
     * serve. A balancer that detects the shutdown only by polling readiness does not notice it.
     */
    STAY
}
