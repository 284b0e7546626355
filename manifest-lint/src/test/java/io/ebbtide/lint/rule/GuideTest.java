package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.ManifestLint;
import io.ebbtide.lint.finding.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The deployment guide that this project grew from, written as manifests: each of its contradictions is found. */
final class GuideTest {
    private static final List<Finding> FINDINGS =
            ManifestLint.of(Path.of("src/test/resources/guide")).findings();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "grace 30 s against 60 + 30 s        | grace-below-sum             | preStop 60 s (preStop of container backend) + drain 30 s (annotation lint.ebbtide.io/drain) + margin 3 s (10 % of the grace) = 93 s > 30 s (terminationGracePeriodSeconds, Kubernetes' default)",
                "no wait for endpoint removal        | no-wait-for-endpoints       | preStop 0 s (no preStop) + lameDuck 0 s (none is declared) = 0 s < propagation 5 s (assumed, as lint.ebbtide.io/propagation is not set), behind Service frontend",
                "balancer health on liveness, 90 s   | balancer-health-on-liveness | healthcheck-path /health/live, as livenessProbe; even if it failed, it would remove the pod only after interval 30 (annotation healthcheck-interval-seconds) x unhealthy threshold 3 (annotation unhealthy-threshold-count) + timeout 5 (annotation healthcheck-timeout-seconds) = 95 s",
                "startup on the liveness path        | startup-on-liveness         | both ask /health/live on port 3001; 30 x 10 s for the start have no effect",
                "superfluous initial delay, liveness | superfluous-initial-delay   | livenessProbe does not run for 30 s from the container's start; the startup probe already waits until the start is complete",
                "superfluous delay, readiness        | superfluous-initial-delay   | readinessProbe does not run for 10 s from the container's start; the startup probe already waits until the start is complete",
                "the 1-pod rule is dead              | dead-scale-down-policy      | selectPolicy Max (Kubernetes' default): for every number of replicas from 3 to 10, 50 % per 60 s takes at least as many as 1 pod(s) per 60 s",
                "scale-down period below the drain   | scale-down-before-drained   | scale-down period 60 s < 90 s (preStop + lameDuck + drain + stop, more than terminationGracePeriodSeconds, Kubernetes' default), the time until a pod has ended",
                "memory target on a JVM              | memory-target-on-jvm        | memory target 80 %; Deployment backend runs a JVM: image eclipse-temurin:17-jre",
                "EWMA together with a hash           | affinity-replaces-ewma      | load-balance: ewma (this Ingress), and upstream-hash-by: $binary_remote_addr",
                "keep-alive as annotations           | unknown-annotation          | upstream-keepalive-connections is none of the 139 annotations of v1.15.1",
                "affinity, Service                   | affinity-defeats-draining   | a client stays with its pod for 10800 s after its last connection, 10 (HorizontalPodAutoscaler maxReplicas) replicas, grace 30 s (terminationGracePeriodSeconds, Kubernetes' default)",
                "affinity, ingress                   | hash-defeats-draining       | upstream-hash-by $binary_remote_addr, 10 (HorizontalPodAutoscaler maxReplicas) replicas of Deployment backend; and 1 more like it",
                "PDB that lets 9 of 10 go            | budget-lets-most-go         | minAvailable 1 of 10 (HorizontalPodAutoscaler maxReplicas) replicas: 9 of 10 may go at once",
                "cross-zone on an ALB                | cross-zone-always-on        | load_balancing.cross_zone.enabled=true at an ALB",
                "rate() on a gauge                   | rate-on-gauge               | rate(kube_horizontalpodautoscaler_status_current_replicas[15m]) > 0.5 per second is a growth of 450 replicas in 15m; HorizontalPodAutoscaler backend has at most 10",
                "RolloutStuck on slow rollouts       | rollout-alert-too-early     | for 15 min < 10 replicas / 1 at once x (startup budget 300 s + readiness 15 s + healthy threshold x interval of Ingress backend-alb 60 s = 375 s) = 3750 s of Deployment backend",
                "active_connections as load          | connections-as-load         | metric active_connections at 100",
                "next-upstream timeout with a unit   | number-with-unit            | proxy-next-upstream-timeout: 10s (expected: a whole number)",
                "no requests                         | requests-missing            | cpu utilisation of Deployment backend; no requests.cpu on container(s) backend",
                "equal idle timeouts, ALB            | idle-timeouts-race          | Deployment backend: server 60 s (annotation lint.ebbtide.io/idle-timeout) <= proxy 60 s (an ALB's default, as idle_timeout.timeout_seconds is not set)",
                "equal idle timeouts, nginx          | idle-timeouts-race          | Deployment backend: server 60 s (annotation lint.ebbtide.io/idle-timeout) <= proxy 60 s (ingress-nginx's default, as no ConfigMap here sets upstream-keepalive-timeout)",
                "retired ingress controller          | retired-controller          | nginx.ingress.kubernetes.io/load-balance shows ingress-nginx, last version v1.15.1"
            })
    void contradiction_isFound(String contradiction, String rule, String numbers) {
        assertThat(FINDINGS)
                .as(contradiction)
                .filteredOn(each -> each.rule().equals(rule))
                .extracting(Finding::numbers)
                .contains(numbers);
    }

    @Test
    void guide_canBeRead() {
        assertThat(FINDINGS)
                .extracting(Finding::rule)
                .doesNotContain("unreadable-input", "unknown-field", "wrong-type", "missing-field", "duplicate-key");
    }

    /** A manifest that relies on the balancer's drain has no hook, and not enough time for both drains. */
    @Test
    void guide_withoutTheHookThatItDoesNotMention_getsAFindingOfTheBalancersDrain(@TempDir Path folder)
            throws IOException {
        String backend = Files.readString(Path.of("src/test/resources/guide/backend.yaml"));
        int hook = backend.indexOf("          lifecycle:");
        int next = backend.indexOf("          livenessProbe:");
        Files.writeString(folder.resolve("backend.yaml"), backend.substring(0, hook) + backend.substring(next));
        Files.copy(Path.of("src/test/resources/guide/aws.yaml"), folder.resolve("aws.yaml"));

        assertThat(ManifestLint.of(folder).findings())
                .filteredOn(each -> each.rule().equals("deregistration-then-drain"))
                .extracting(Finding::numbers)
                .containsExactly(
                        "deregistration 60 s (deregistration_delay.timeout_seconds) of Ingress backend-alb + drain 30 s "
                                + "(annotation lint.ebbtide.io/drain) = 90 s > grace 30 s (terminationGracePeriodSeconds, "
                                + "Kubernetes' default)");
    }
}
