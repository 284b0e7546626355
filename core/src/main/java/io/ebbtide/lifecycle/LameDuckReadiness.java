package io.ebbtide.lifecycle;

/** What readiness says during the lame duck. From the drain on it fails in any case: nobody listens any more. */
public enum LameDuckReadiness {
    /**
     * It fails at once: for balancers that poll it, and for autoscalers that average over what is ready. Kubernetes
     * marks a terminating pod as not ready by itself, whatever the probe says, but also as not <em>serving</em>, and then
     * kube-proxy no longer falls back on it where no ready pod is left (KEP-1669).
     */
    FAIL,
    /**
     * It stays what the checks make of it, so that the last pods of a Service are kept as endpoints while they can
     * serve. A balancer that learns of the leaving by polling readiness does not learn of it.
     */
    STAY
}
