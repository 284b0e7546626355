package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ebbtide.lint.ManifestLint;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.fixture.Fixtures;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The texts and places of findings that come from less common sources. */
final class FindingsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "balancer-health-port/bad # metadata.annotations['alb.ingress.kubernetes.io/healthcheck-port'] "
                        + "# healthcheck-port traffic-port (the controller's default): /health/ready on port 8080 of "
                        + "Deployment orders; readinessProbe asks it on 8558 # healthcheck-port: \"8558\"",
                "balancer-health-port/bad-port-name # metadata.annotations['alb.ingress.kubernetes.io/healthcheck-port'] "
                        + "# healthcheck-port http: /health/ready on port 8080 of Deployment orders; readinessProbe asks it on "
                        + "8558 # healthcheck-port: \"8558\"",
                "balancer-health-port/bad-nodes # metadata.annotations['alb.ingress.kubernetes.io/healthcheck-port'] "
                        + "# healthcheck-port traffic-port (the controller's default): /health/ready on port 8080 of "
                        + "Deployment orders; readinessProbe asks it on 8558 "
                        + "# healthcheck-port: the nodePort of a Service port with targetPort 8558",
                "balancer-health-not-told/bad-nlb-by-tcp "
                        + "# metadata.annotations['service.beta.kubernetes.io/aws-load-balancer-healthcheck-path'] "
                        + "# an NLB asks by TCP, as healthcheck-protocol is not http; readinessProbe asks /health/ready "
                        + "# healthcheck-protocol: http, healthcheck-path: /health/ready",
                "targets-are-nodes/bad-label # metadata.annotations['alb.ingress.kubernetes.io/target-type'] "
                        + "# target-type instance; the label elbv2.k8s.aws/pod-readiness-gate-inject of namespace default "
                        + "injects no gate for this target type # target-type: ip",
                "deregistration-then-drain/bad # spec.template.spec.terminationGracePeriodSeconds "
                        + "# deregistration 60 s (deregistration_delay.timeout_seconds) of Ingress orders + drain 30 s "
                        + "(annotation lint.ebbtide.io/drain) = 90 s > grace 60 s (terminationGracePeriodSeconds) "
                        + "# lifecycle: {preStop: {sleep: {seconds: 60}}} and terminationGracePeriodSeconds: 100",
                "no-wait-for-endpoints/bad-short # spec.template.spec.containers "
                        + "# preStop 1 s (preStop of container orders) + lameDuck 0 s (none is declared) "
                        + "= 1 s < propagation 5 s (assumed, as lint.ebbtide.io/propagation is not set), behind Service orders "
                        + "# lifecycle: {preStop: {sleep: {seconds: 15}}}, or a process that continues to serve after SIGTERM",
                "no-wait-for-endpoints/bad-slow-platform # spec.template.spec.containers "
                        + "# preStop 10 s (preStop of container orders) + lameDuck 0 s (none is declared) "
                        + "= 10 s < propagation 20 s (annotation lint.ebbtide.io/propagation), behind Service orders "
                        + "# lifecycle: {preStop: {sleep: {seconds: 20}}}, or a process that continues to serve after SIGTERM",
                "no-wait-for-endpoints/bad-short-lame-duck # spec.template.spec.containers "
                        + "# preStop 0 s (no preStop) + lameDuck 2 s (EBBTIDE_LAME_DUCK) "
                        + "= 2 s < propagation 5 s (assumed, as lint.ebbtide.io/propagation is not set), behind Service orders "
                        + "# EBBTIDE_LAME_DUCK: 5s, with a policy that waits and a grace that holds it",
                "scale-to-zero/bad # spec.minReplicaCount "
                        + "# 0 (ScaledObject minReplicaCount, KEDA's default) replicas of Deployment orders, behind Service "
                        + "orders # minReplicaCount: 2",
                "scale-to-zero/bad-idle # spec.idleReplicaCount "
                        + "# 0 (ScaledObject idleReplicaCount) replicas of Deployment orders, behind Service orders "
                        + "# minReplicaCount: 2, and no idleReplicaCount",
                "single-replica/bad-keda # spec.minReplicaCount "
                        + "# 1 (ScaledObject minReplicaCount), behind Service orders # minReplicaCount: 2",
                "single-replica/bad-autoscaler-default # spec.minReplicas "
                        + "# 1 (HorizontalPodAutoscaler minReplicas, Kubernetes' default), behind Service orders "
                        + "# minReplicas: 2",
                "requests-missing/bad-default-metric # spec.metrics "
                        + "# cpu utilisation of Deployment orders (80 %, Kubernetes' default without any metric); no "
                        + "requests.cpu on container(s) orders # resources: {requests: {cpu: 250m}}",
                "memory-target-on-jvm/bad-keda # spec.triggers[0] "
                        + "# memory target 70; Deployment orders runs a JVM: command java -jar /app/orders.jar "
                        + "# remove the memory metric",
                "connections-as-load/bad-keda # spec.triggers[1].metadata.query "
                        + "# metric sum(active_connections{app=\"orders\"}) at 20 "
                        + "# a metric of requests in flight, such as http_requests_in_flight",
                "idle-timeouts-race/bad-istio-default # spec.trafficPolicy.connectionPool.http.idleTimeout "
                        + "# Deployment orders: server 75 s (default of ebbtide-undertow; lint.ebbtide.io/idle-timeout says "
                        + "another) <= proxy 60 min (Istio's default, as idleTimeout is not set) "
                        + "# 60 s here, 75 s at the server"
            })
    void finding_saysWhereAndWhatAndFix(String fixture, String path, String numbers, String fix) {
        String rule = fixture.substring(0, fixture.indexOf('/'));
        ManifestLint lint = ManifestLint.of(Fixtures.path("rules/" + fixture + ".yaml"));

        assertThat(lint.findings())
                .filteredOn(each -> each.rule().equals(rule))
                .extracting(Finding::path, Finding::numbers, Finding::fix)
                .containsExactly(tuple(path, numbers, fix));
    }
}
