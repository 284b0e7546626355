package io.ebbtide.lifecycle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those who ask a service how it is, and come for as long as the process lives, whoever else has left. */
public final class HealthCheckers {
    /* What each calls itself at the front of User-Agent, by its own documentation. */
    private static final List<String> AGENTS = List.of(
            "kube-probe/", "ELB-HealthChecker/", "GoogleHC/", "Prometheus/", "Envoy/HC", "Amazon-Route53-Health-Check");

    private HealthCheckers() {}

    /**
     * Whether a request comes from one of them: then it says nothing of where traffic is sent, and is handed to {@link
     * Traffic#admit} without a peer. Does not block.
     *
     * @param userAgent the header {@code User-Agent}; null if there is none
     */
    public static boolean isOne(@Nullable String userAgent) {
        if (userAgent == null) {
            return false;
        }
        for (String agent : AGENTS) {
            if (userAgent.startsWith(agent)) {
                return true;
            }
        }
        return false;
    }
}
