package io.ebbtide.autoscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ManifestReaderTest {
    private static Scenario scenario(String autoscaler) {
        return Manifests.simulation(autoscaler).scenario(new ArrayList<>());
    }

    private static void refused(String autoscaler, String message) {
        AutoscaleSimulation simulation = Manifests.simulation(autoscaler);

        assertThatIllegalArgumentException().isThrownBy(simulation::run).withMessageContaining(message);
    }

    @Test
    void hpa_isReadWithItsBehaviour_andDefaultsFilledIn() {
        HpaSpec hpa = scenario(Manifests.hpa(2, 10, Manifests.cpu(70) + """
                        behavior:
                          scaleUp:
                            tolerance: 50m
                          scaleDown:
                            stabilizationWindowSeconds: 120
                            selectPolicy: Min
                            policies:
                              - type: Percent
                                value: 50
                                periodSeconds: 60
                              - type: Pods
                                value: 1
                                periodSeconds: 30
                        """)).hpa();

        assertThat(hpa)
                .isEqualTo(new HpaSpec(
                        "HorizontalPodAutoscaler orders",
                        2,
                        10,
                        List.of(MetricSpec.cpu(70)),
                        new Behavior(
                                new ScalingRules(0, SelectPolicy.MAX, ScalingRules.UP.policies(), 0.05),
                                new ScalingRules(
                                        120,
                                        SelectPolicy.MIN,
                                        List.of(ScalingPolicy.percent(50, 60), ScalingPolicy.pods(1, 30)),
                                        null)),
                        null));
    }

    @Test
    void pod_hasTheBudgetOfTheProcess() {
        PodSpec pod = scenario(Manifests.hpa(2, 10, Manifests.cpu(70))).pod();

        assertThat(pod.lameDuck()).isEqualTo(Duration.ofSeconds(15));
        assertThat(pod.drain()).isEqualTo(Duration.ofSeconds(29));
        assertThat(pod.readinessPeriod()).isEqualTo(Duration.ofSeconds(5));
        assertThat(pod.request(true, "")).isEqualTo(250);
    }

    @Test
    void noBehaviour_isNotTheDefaultBehaviour() {
        assertThat(scenario(Manifests.hpa(2, 10, Manifests.cpu(70))).hpa().behavior())
                .isNull();
    }

    @Test
    void noMetrics_areCpuAt80() {
        var assumptions = new ArrayList<String>();

        HpaSpec hpa = Manifests.simulation(Manifests.hpa(2, 10, ""))
                .scenario(assumptions)
                .hpa();

        assertThat(hpa.metrics()).containsExactly(MetricSpec.cpu(80));
        assertThat(assumptions).contains("no metrics: CPU at 80 %, Kubernetes' default");
    }

    @Test
    void keda_isItsAutoscaler() {
        HpaSpec hpa = scenario("""
                        apiVersion: keda.sh/v1alpha1
                        kind: ScaledObject
                        metadata:
                          name: orders
                        spec:
                          scaleTargetRef:
                            name: orders
                          minReplicaCount: 1
                          maxReplicaCount: 30
                          advanced:
                            horizontalPodAutoscalerConfig:
                              behavior:
                                scaleDown:
                                  stabilizationWindowSeconds: 60
                          triggers:
                            - type: cpu
                              metadata:
                                value: "60"
                            - type: prometheus
                              metadata:
                                query: max(ebbtide_hpa_queue_depth{service="spool"})
                                threshold: "100"
                        """).hpa();

        assertThat(hpa.min()).isEqualTo(1);
        assertThat(hpa.max()).isEqualTo(30);
        assertThat(hpa.zero()).isNull();
        assertThat(hpa.metrics().stream().map(each -> each.signal() + " " + each.amount()))
                .containsExactly("CPU 60", "QUEUE_DEPTH 100000");
        assertThat(hpa.behavior()).isNotNull();
    }

    @Test
    void firstVersion_isRead() {
        String autoscaler =
                Manifests.hpa(1, 4, "targetCPUUtilizationPercentage: 55\n").replace("/v2", "/v1");

        assertThat(scenario(autoscaler).hpa().metrics()).containsExactly(MetricSpec.cpu(55));
    }

    @Test
    void containerResource_countsItsContainerAlone() {
        String rest = """
                metrics:
                  - type: ContainerResource
                    containerResource:
                      name: cpu
                      container: CONTAINER
                      target:
                        type: Utilization
                        averageUtilization: 60
                """;

        assertThat(scenario(Manifests.hpa(1, 4, rest.replace("CONTAINER", "main")))
                        .hpa()
                        .metrics()
                        .get(0)
                        .container())
                .isEqualTo("main");
        refused(
                Manifests.hpa(1, 4, rest.replace("CONTAINER", "other")),
                "spec.metrics[0].containerResource.container: 'other' (expected: one of main)");
    }

    @Test
    void unknownMetric_needsAWord() {
        String autoscaler = Manifests.hpa(1, 4, Manifests.pods("orders_busy", "3"));

        refused(
                autoscaler,
                "nothing says what 'orders_busy' measures; say it by --signal orders_busy=<signal> (one of cpu, in-flight, "
                        + "memory, queue-depth, requests, utilization, or ignore)");
        assertThat(Manifests.simulation(autoscaler)
                        .withMetric("orders_busy", "in-flight")
                        .scenario(new ArrayList<>())
                        .hpa()
                        .metrics()
                        .get(0)
                        .signal())
                .isEqualTo(Signal.IN_FLIGHT);
    }

    @Test
    void noAutoscaler_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AutoscaleSimulation.of(Manifests.stream(Manifests.DEPLOYMENT), "deploy.yaml"))
                .withMessage(
                        "deploy.yaml: neither a HorizontalPodAutoscaler nor a ScaledObject in it (expected: at least one)");
    }

    @Test
    void unreadableManifest_isRefusedByItsLine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AutoscaleSimulation.of(Manifests.stream("a: [1\nb: 2"), "broken.yaml"))
                .withMessageStartingWith("broken.yaml:2: not YAML");
    }

    @Test
    void noRequest_isRefused_becauseTheAutoscalerWouldDoNothing() {
        String manifests = Manifests.DEPLOYMENT.replace("cpu: 250m", "ephemeral-storage: 1Gi") + "---\n"
                + Manifests.hpa(2, 10, Manifests.cpu(70));
        AutoscaleSimulation simulation = AutoscaleSimulation.of(Manifests.stream(manifests), "m.yaml");

        assertThatIllegalArgumentException()
                .isThrownBy(simulation::run)
                .withMessageEndingWith(
                        "container main has no request of cpu, so the autoscaler cannot compute, and does nothing; add it");
    }

    @Test
    void severalAutoscalers_needAName() {
        String two = Manifests.hpa(2, 10, Manifests.cpu(70)) + "---\n"
                + Manifests.hpa(2, 10, Manifests.cpu(70)).replace("name: orders", "name: other");

        refused(two, "2 in the input; name one of HorizontalPodAutoscaler orders, HorizontalPodAutoscaler other");
        assertThat(Manifests.simulation(two).withAutoscaler("orders").run().requests())
                .isPositive();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Manifests.simulation(two).withAutoscaler("none").run())
                .withMessageContaining("'none' is the name of 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "minReplicas: 2 | minReplicas: 20 | maxReplicas: '10' (expected: not less than minReplicas, which is 20)",
                "maxReplicas: 10 | maxReplicas: ten | maxReplicas: 'ten' (expected: a whole number of 1 to 100000)",
                "minReplicas: 2 | minReplicas: -1 | minReplicas: '-1' (expected: a whole number of 0 to 100000)",
                "averageUtilization: 70 | averageUtilization: 0 | averageUtilization: '0' (expected: a whole number of 1 to 100000)",
                "type: Resource | type: Cheddar | spec.metrics[0].type: 'Cheddar' (expected: Resource, ContainerResource, Pods, "
                        + "Object or External)",
                "periodSeconds: 60 | periodSeconds: 3600 | periodSeconds: '3600' (expected: a whole number of 1 to 1800)",
                "selectPolicy: Max | selectPolicy: Most | selectPolicy: 'Most' (expected: Max, Min or Disabled)",
                "type: Percent | type: Share | policies[0].type: 'Share' (expected: Pods or Percent)",
                "stabilizationWindowSeconds: 300 | stabilizationWindowSeconds: 9999 | stabilizationWindowSeconds: '9999' "
                        + "(expected: a whole number of 0 to 3600)",
            })
    void wrongField_isRefusedByName(String right, String wrong, String message) {
        String autoscaler = Manifests.hpa(2, 10, Manifests.cpu(70) + """
                behavior:
                  scaleDown:
                    stabilizationWindowSeconds: 300
                    selectPolicy: Max
                    policies:
                      - type: Percent
                        value: 50
                        periodSeconds: 60
                """);

        assertThat(scenario(autoscaler).hpa().max()).isEqualTo(10);
        refused(autoscaler.replace(right, wrong), message);
    }

    @ParameterizedTest
    @CsvSource({
        "250m, 250",
        "1, 1000",
        "1.5, 1500",
        "1k, 1000000",
        "512Mi, 536870912000",
        "1e3, 1000000",
        "100u, 1",
        "0.0001, 1"
    })
    void quantity_isMilliUnits_roundedUp(String text, long milli) {
        assertThat(Quantity.milli(text)).hasValue(milli);
    }

    @ParameterizedTest
    @CsvSource({"''", "x", "1 m", "1mm", "--1", "9999999999999E"})
    void noQuantity_isEmpty(String text) {
        assertThat(Quantity.milli(text)).isEmpty();
    }
}
