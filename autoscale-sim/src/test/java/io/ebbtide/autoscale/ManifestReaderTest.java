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
    void unknownMetric_needsASignal() {
        String autoscaler = Manifests.hpa(1, 4, Manifests.pods("orders_busy", "3"));

        refused(
                autoscaler,
                "the signal that 'orders_busy' measures is unknown; set it by --signal orders_busy=<signal> (one of arrivals, cpu, "
                        + "in-flight, memory, queue-depth, requests, utilization, or ignore)");
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
                        "deploy.yaml: neither a HorizontalPodAutoscaler nor a ScaledObject (expected: at least one; render overlays and charts first)");
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

        refused(two, "2 in the input; select one of HorizontalPodAutoscaler orders, HorizontalPodAutoscaler other");
        assertThat(Manifests.simulation(two).withAutoscaler("orders").run().requests())
                .isPositive();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Manifests.simulation(two).withAutoscaler("none").run())
                .withMessage(
                        "autoscaler: 'none' is not the name of an autoscaler (expected: one of HorizontalPodAutoscaler orders, "
                                + "HorizontalPodAutoscaler other)");
    }

    private static void refusedWith(String autoscaler, String message) {
        AutoscaleSimulation simulation = Manifests.simulation(autoscaler);

        assertThatIllegalArgumentException().isThrownBy(simulation::run).withMessageEndingWith(message);
    }

    @Test
    void nameOfTwo_isRefused_withBoth() {
        String inShop =
                Manifests.hpa(2, 10, Manifests.cpu(70)).replaceFirst("name: orders", "name: orders\n  namespace: shop");
        String inTest = inShop.replace("shop", "test");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> AutoscaleSimulation.of(Manifests.stream(inShop + "---\n" + inTest), "two.yaml")
                        .withAutoscaler("orders")
                        .run())
                .withMessage(
                        "autoscaler: 'orders' is the name of 2: 'HorizontalPodAutoscaler shop/orders' (two.yaml:1), "
                                + "'HorizontalPodAutoscaler test/orders' (two.yaml:21) (expected: the name of one); give its kind and "
                                + "namespace, too, as written here");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AutoscaleSimulation.of(Manifests.stream(inShop + "---\n" + inShop), "two.yaml")
                        .withAutoscaler("orders")
                        .run())
                .withMessage(
                        "autoscaler: 'orders' is the name of 2: two.yaml:1, two.yaml:21 (expected: one); remove the others "
                                + "from the input");
    }

    @Test
    void twoAutoscalersOfOneWorkload_areRefused_becauseNeitherScales() {
        String second = Manifests.hpa(2, 10, Manifests.cpu(70)).replaceFirst("name: orders", "name: other");
        AutoscaleSimulation simulation = AutoscaleSimulation.of(
                Manifests.stream(Manifests.hpa(2, 10, Manifests.cpu(70)) + "---\n" + second), "two.yaml");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> simulation.withAutoscaler("orders").run())
                .withMessage(
                        "two.yaml:1: HorizontalPodAutoscaler orders and HorizontalPodAutoscaler other (two.yaml:20) both scale "
                                + "Deployment orders (expected: one autoscaler for each workload, or none of them scales); remove one");
    }

    private static String scaledObject(String bounds, String triggers) {
        return """
                apiVersion: keda.sh/v1alpha1
                kind: ScaledObject
                metadata:
                  name: orders
                spec:
                  scaleTargetRef:
                    name: orders
                """ + bounds.indent(2) + "  triggers:\n" + triggers.indent(4);
    }

    private static final String CPU = """
            - type: cpu
              metadata:
                value: "60"
            """;

    private static String rabbit(String mode) {
        return """
                - type: rabbitmq
                  metadata:
                    queueName: orders
                    mode: %s
                    value: "20"
                """.formatted(mode);
    }

    @Test
    void keda_idleReplicas_areFewerThanTheMinimum() {
        assertThat(scenario(scaledObject("minReplicaCount: 2\nidleReplicaCount: 0", rabbit("QueueLength")))
                        .hpa()
                        .zero())
                .isNotNull();
        refusedWith(
                scaledObject("minReplicaCount: 2\nidleReplicaCount: 2", rabbit("QueueLength")),
                "ScaledObject orders spec.idleReplicaCount: '2' (expected: less than minReplicaCount, which is 2; KEDA refuses this)");
        refusedWith(
                scaledObject("idleReplicaCount: 0", rabbit("QueueLength")),
                "ScaledObject orders spec.idleReplicaCount: '0' (expected: less than minReplicaCount, which is not set; KEDA refuses "
                        + "this)");
    }

    @Test
    void keda_scaleToZero_needsATriggerThatNeedsNoPod() {
        String expected =
                " (expected: at least 1 with triggers of cpu and memory alone, which need a pod; KEDA refuses this)";

        refusedWith(
                scaledObject("minReplicaCount: 0", CPU), "ScaledObject orders spec.minReplicaCount: '0'" + expected);
        refusedWith(
                scaledObject("maxReplicaCount: 9", CPU),
                "ScaledObject orders spec.minReplicaCount: 'not set'" + expected);
        assertThat(scenario(scaledObject("minReplicaCount: 0", CPU + rabbit("QueueLength")))
                        .hpa()
                        .zero())
                .isNotNull();
    }

    @Test
    void keda_modeOfRabbitMq_decidesTheSignal() {
        var assumptions = new ArrayList<String>();

        HpaSpec depth = scenario(scaledObject("minReplicaCount: 1", rabbit("QueueLength")))
                .hpa();
        HpaSpec rate = Manifests.simulation(scaledObject("minReplicaCount: 1", rabbit("MessageRate")))
                .scenario(assumptions)
                .hpa();

        assertThat(depth.metrics().get(0).signal()).isEqualTo(Signal.QUEUE_DEPTH);
        assertThat(rate.metrics().get(0).signal()).isEqualTo(Signal.ARRIVALS);
        assertThat(assumptions)
                .contains(
                        "metric rabbitmq counts requests as they arrive, in mode MessageRate, also those that no pod answers");
        refusedWith(
                scaledObject("minReplicaCount: 1", rabbit("ExpectedQueueConsumptionTime")),
                "ScaledObject orders spec.triggers[0].metadata.mode: 'ExpectedQueueConsumptionTime' (expected: QueueLength or "
                        + "MessageRate, or --signal rabbitmq=<signal> with what it measures)");
    }

    @Test
    void keda_whatItRefusesOrIsNotSimulated_isNamed() {
        refusedWith(
                scaledObject("minReplicaCount: 1", "").replace("triggers:\n", "triggers: []\n"),
                "ScaledObject orders spec.triggers: '[]' (expected: at least one trigger)");
        refusedWith(
                scaledObject("advanced:\n  scalingModifiers:\n    formula: a + b\n    target: '2'", CPU)
                        .replace("advanced:", "minReplicaCount: 1\n  advanced:"),
                "ScaledObject orders spec.advanced.scalingModifiers: a formula is not simulated (expected: none); remove it, and each "
                        + "trigger is simulated on its own");
        refusedWith(
                scaledObject("minReplicaCount: 1", (CPU + CPU).replace("metadata:", "name: a\n  metadata:")),
                "ScaledObject orders spec.triggers[1].name: 'a' (expected: a name that no other trigger has; KEDA refuses this)");
        refusedWith(
                scaledObject("minReplicaCount: 1", CPU.replace("metadata:", "metricType: Value\n  metadata:")),
                "ScaledObject orders spec.triggers[0].metricType: 'Value' (expected: Utilization or AverageValue for a trigger of "
                        + "type cpu)");
        refusedWith(
                scaledObject(
                        "minReplicaCount: 1",
                        rabbit("QueueLength").replace("metadata:", "metricType: Utilization\n  metadata:")),
                "ScaledObject orders spec.triggers[0].metricType: 'Utilization' (expected: AverageValue or Value for a trigger of "
                        + "type rabbitmq)");
    }

    @Test
    void emptyPolicies_areRefused_asKubernetesDoes() {
        refusedWith(
                Manifests.hpa(2, 10, Manifests.cpu(70) + "behavior:\n  scaleUp:\n    policies: []\n"),
                "HorizontalPodAutoscaler orders spec.behavior.scaleUp.policies: '[]' (expected: at least one policy, or no such field "
                        + "for the default; Kubernetes refuses an empty list)");
    }

    @Test
    void minimumOfZero_needsAMetricThatNeedsNoPod() {
        refusedWith(
                Manifests.hpa(0, 10, Manifests.cpu(70)),
                "HorizontalPodAutoscaler orders minReplicas: '0' (expected: at least 1 without a metric of type Object or External, "
                        + "which needs no pod; Kubernetes refuses this)");
        assertThat(scenario(Manifests.hpa(0, 10, object("Service", "queue_depth", "averageValue")))
                        .hpa()
                        .min())
                .isZero();
    }

    @Test
    void defaultMetric_needsARequestToo() {
        String manifests = Manifests.DEPLOYMENT.replace("cpu: 250m", "ephemeral-storage: 1Gi") + "---\n";
        String message =
                "container main has no request of cpu, so the autoscaler cannot compute, and does nothing; add it";

        for (String rest : List.of("", "targetCPUUtilizationPercentage: 55\n")) {
            AutoscaleSimulation simulation =
                    AutoscaleSimulation.of(Manifests.stream(manifests + Manifests.hpa(2, 10, rest)), "m.yaml");
            assertThatIllegalArgumentException().isThrownBy(simulation::run).withMessageEndingWith(message);
        }
    }

    private static String object(String kind, String metric, String field) {
        return """
                metrics:
                  - type: Object
                    object:
                      describedObject:
                        apiVersion: v1
                        kind: %s
                        name: shop
                      metric:
                        name: %s
                      target:
                        type: Value
                        %s: "100"
                """.formatted(kind, metric, field);
    }

    @Test
    void metricOfAnIngress_countsWhatArrives_notWhatIsAnswered() {
        var assumptions = new ArrayList<String>();

        HpaSpec hpa = Manifests.simulation(Manifests.hpa(1, 4, object("Ingress", "requests_per_second", "value")))
                .scenario(assumptions)
                .hpa();

        assertThat(hpa.metrics().get(0).signal()).isEqualTo(Signal.ARRIVALS);
        assertThat(assumptions)
                .contains(
                        "metric requests_per_second counts requests as they arrive, at its Ingress, also those that no pod answers",
                        "metric requests_per_second is a total with a target of type Value: more pods do not lower it, so above the "
                                + "target the replicas rise to the maximum; averageValue divides it by the pods");
        assertThat(scenario(Manifests.hpa(1, 4, object("Service", "requests_per_second", "value")))
                        .hpa()
                        .metrics()
                        .get(0)
                        .signal())
                .isEqualTo(Signal.REQUESTS);
    }

    @Test
    void totalOfCpu_isRefused_ratherThanRead_as0() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Manifests.simulation(Manifests.hpa(1, 4, object("Service", "load", "value")))
                        .withMetric("load", "cpu")
                        .run())
                .withMessageEndingWith(
                        "HorizontalPodAutoscaler orders metric 'load' of type Object: 'cpu' (expected: a signal that all pods have "
                                + "together; cpu is simulated for resources and metrics of pods alone); choose another by --signal "
                                + "load=<signal>, or ignore");
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
