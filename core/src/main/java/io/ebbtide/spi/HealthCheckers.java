package io.ebbtide.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Clients that check the health of a service as long as the process lives, even after all others have stopped. */
public final class HealthCheckers {
    /* The prefix of each one's User-Agent, from its own documentation. */
    private static final List<String> AGENTS = List.of(
            "kube-probe/", "ELB-HealthChecker/", "GoogleHC/", "Prometheus/", "Envoy/HC", "Amazon-Route53-Health-Check");

    private HealthCheckers() {}

    /**
     * Whether a request comes from a health checker: it shows nothing about where traffic is sent, and is passed to {@link
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
