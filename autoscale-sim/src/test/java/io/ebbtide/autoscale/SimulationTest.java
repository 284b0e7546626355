package io.ebbtide.autoscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SimulationTest {
    /** 160 requests in a second for each pod. */
    private static final ServiceModel SERVICE = ServiceModel.of(Duration.ofMillis(100), 16);

    private static final String SPIKE = "spike:base=200,peak=2000,at=10m,for=10m,length=40m";

    private static SimulationResult run(String autoscaler, ServiceModel service, String shape) {
        return Manifests.simulation(autoscaler)
                .withService(service)
                .withTrace(Trace.shape(shape))
                .run();
    }

    @Test
    void constantLoad_staysAtTheTarget() {
        SimulationResult result = run(Manifests.hpa(1, 20, Manifests.cpu(70)), SERVICE, "constant:rate=800,length=2h");

        // 800 / 160 = 5 full pods, which ask for 5 / 0.7, rounded up; 63 % of those is within the tolerance of 70 %.
        assertThat(result.minReplicas()).isEqualTo(8);
        assertThat(result.maxReplicas()).isEqualTo(8);
        assertThat(result.overCapacity()).isZero();
        assertThat(result.podHours()).isCloseTo(16, within(0.001));
        assertThat(result.latency99()).isBetween(Duration.ofMillis(100), Duration.ofMillis(110));
    }

    @ParameterizedTest
    @ValueSource(strings = {SPIKE, "sawtooth:low=10,high=3000,period=7m,length=1h", "day:low=0,high=2000,length=3h"})
    void anyLoad_noRequestAppearsOrVanishes(String shape) {
        for (ServiceModel service :
                new ServiceModel[] {SERVICE, SERVICE.withQueue(), SERVICE.withMaxWait(Duration.ZERO)}) {
            SimulationResult result = run(Manifests.hpa(1, 10, Manifests.cpu(70)), service, shape);
            SimulationResult.Totals totals = result.totals();

            assertThat(totals.answered + totals.overCapacity + totals.waitingAfter)
                    .isCloseTo(totals.requests + totals.waitingBefore, within(1e-6 * totals.requests + 1e-6));
            assertThat(totals.requests).isCloseTo(Trace.shape(shape).requests(), within(1e-6 * totals.requests + 1e-6));
        }
    }

    @Test
    void spike_overCapacity_isWhatTheMissingPodsWouldHaveTaken() {
        ServiceModel impatient = SERVICE.withMaxWait(Duration.ZERO);

        SimulationResult result = run(Manifests.hpa(2, 2, Manifests.cpu(70)), impatient, SPIKE);

        // Two pods take 320 in a second; for 600 s 2,000 arrive.
        assertThat(result.overCapacity()).isCloseTo((2000 - 320) * 600, within(1.0));
    }

    /** The windows of metrics are 15 s and 2 min: a longer step must not hide the load from the autoscaler. */
    @ParameterizedTest
    @ValueSource(ints = {5, 15, 20, 30, 60, 300})
    void stepOfTheTrace_changesLittle(int seconds) {
        for (String metric : new String[] {Manifests.cpu(70), Manifests.pods("http_requests_per_second", "100")}) {
            Trace fine = Trace.shape(SPIKE);
            var rates = new double[fine.steps() / seconds];
            for (int i = 0; i < rates.length; i++) {
                for (int second = 0; second < seconds; second++) {
                    rates[i] += fine.rate(i * seconds + second) / seconds;
                }
            }
            AutoscaleSimulation simulation =
                    Manifests.simulation(Manifests.hpa(2, 20, metric)).withService(SERVICE);

            SimulationResult result = simulation
                    .withTrace(Trace.of(Duration.ofSeconds(seconds), rates))
                    .run();

            SimulationResult exact = simulation.withTrace(fine).run();
            assertThat(result.maxReplicas()).as(metric).isCloseTo(exact.maxReplicas(), within(2));
            assertThat(result.overCapacity())
                    .as(metric)
                    .isBetween(exact.overCapacity() * 0.5, exact.overCapacity() * 1.5 + 2000.0 * seconds);
        }
    }

    @Test
    void spike_longerStart_losesMore() {
        String autoscaler = Manifests.hpa(2, 20, Manifests.cpu(70));
        double quick = run(autoscaler, SERVICE.withStart(Duration.ZERO, Duration.ofSeconds(5)), SPIKE)
                .overCapacity();
        double slow = run(autoscaler, SERVICE.withStart(Duration.ZERO, Duration.ofSeconds(90)), SPIKE)
                .overCapacity();

        assertThat(slow).isGreaterThan(quick * 1.5);
    }

    @Test
    void inFlight_seesASpikeThatCpuCannotShow() {
        double cpu =
                run(Manifests.hpa(2, 40, Manifests.cpu(70)), SERVICE, SPIKE).overCapacity();
        double inFlight = run(Manifests.hpa(2, 40, Manifests.pods("inflight_requests", "11200m")), SERVICE, SPIKE)
                .overCapacity();

        assertThat(inFlight).isLessThan(cpu * 0.7);
    }

    @Test
    void noDrain_abortsRequestsInWork() {
        SimulationResult cutting = simulate(SERVICE, Duration.ZERO, Duration.ZERO);
        SimulationResult draining = simulate(SERVICE, Duration.ofSeconds(15), Duration.ofSeconds(29));

        assertThat(cutting.podsRemoved()).isEqualTo(draining.podsRemoved()).isPositive();
        assertThat(cutting.cutInDrain()).isGreaterThan(10);
        assertThat(draining.cutInDrain()).isLessThan(1e-6);
        assertThat(draining.maxDraining()).isPositive();
        assertThat(draining.podHours()).isGreaterThan(cutting.podHours());
    }

    private static SimulationResult simulate(ServiceModel service, Duration lameDuck, Duration drain) {
        Scenario scenario = Manifests.simulation(Manifests.hpa(2, 20, Manifests.cpu(70)))
                .withService(service)
                .scenario(new ArrayList<>());
        return new Simulation(
                        new Scenario(
                                "test",
                                scenario.hpa(),
                                scenario.pod().withTermination(lameDuck, drain),
                                service,
                                scenario.controller(),
                                scenario.metrics()),
                        Trace.shape(SPIKE))
                .run();
    }

    @Test
    void manyPods_costNoMoreGroupsThanDecisions() {
        var fleet = new Fleet();
        for (int i = 0; i < 1000; i++) {
            fleet.add(2, i * 15_000L, i * 15_000L + 30_000);
            fleet.merge(i * 15_000L - 300_000);
        }

        assertThat(fleet.size()).isEqualTo(2000);
        assertThat(fleet.batches()).hasSizeLessThan(30);
    }

    @Test
    void removedPods_areTheYoungest() {
        var fleet = new Fleet();
        fleet.add(3, 0, 10);
        fleet.add(2, 100, 200);

        assertThat(fleet.remove(3, 150)).as("ready ones among the removed").isEqualTo(1);
        assertThat(fleet.size()).isEqualTo(2);
        assertThat(fleet.ready(150)).isEqualTo(2);
    }

    /** One container's CPU is the service's, the other's is that of a sidecar without work. */
    @Test
    void containerMetric_ofASidecar_doesNotFollowTheLoad() {
        String metric = """
                metrics:
                  - type: ContainerResource
                    containerResource:
                      name: cpu
                      container: CONTAINER
                      target:
                        type: Utilization
                        averageUtilization: 70
                """;
        String withSidecar = Manifests.DEPLOYMENT + """
                        - name: sidecar
                          image: proxy:1
                          resources:
                            requests:
                              cpu: 100m
                              memory: 64Mi
                """.indent(0);

        for (String container : new String[] {"main", "sidecar"}) {
            String manifests = withSidecar + "---\n" + Manifests.hpa(2, 20, metric.replace("CONTAINER", container));
            SimulationResult result = AutoscaleSimulation.of(Manifests.stream(manifests), "test.yaml")
                    .withService(SERVICE)
                    .withTrace(Trace.shape(SPIKE))
                    .run();

            assertThat(result.scaleUps() > 0).as(container).isEqualTo(container.equals("main"));
        }
    }

    @Test
    void memoryMetric_neverScalesWithLoad() {
        String memory = """
                metrics:
                  - type: Resource
                    resource:
                      name: memory
                      target:
                        type: Utilization
                        averageUtilization: 80
                """;

        SimulationResult result = run(Manifests.hpa(3, 20, memory), SERVICE, SPIKE);

        assertThat(result.scaleUps()).isZero();
    }

    @Test
    void zeroWhileStarting_dragsTheAverageDown_whereAbsenceCountsAsTheTarget() {
        String rest = Manifests.pods("inflight_requests", "11200m") + """
                behavior:
                  scaleDown:
                    stabilizationWindowSeconds: 0
                """;
        AutoscaleSimulation simulation = Manifests.simulation(Manifests.hpa(2, 40, rest))
                .withService(SERVICE.withStart(Duration.ofSeconds(3), Duration.ofMinutes(5))
                        .withMaxWait(Duration.ZERO))
                .withTrace(Trace.shape("spike:base=1000,peak=3000,at=10m,for=1m,length=30m"));

        SimulationResult absent = simulation.run();
        SimulationResult zero = simulation
                .withPipeline(MetricsPipeline.DEFAULT.withZeroWhileStarting(true))
                .run();

        assertThat(zero.maxReplicas()).isEqualTo(absent.maxReplicas());
        assertThat(zero.podHours()).isLessThan(absent.podHours());
    }

    @Test
    void keda_withoutLoad_goesToZero_andComesBack() {
        String scaledObject = """
                apiVersion: keda.sh/v1alpha1
                kind: ScaledObject
                metadata:
                  name: orders
                spec:
                  scaleTargetRef:
                    name: orders
                  cooldownPeriod: 120
                  minReplicaCount: 0
                  maxReplicaCount: 10
                  triggers:
                    - type: rabbitmq
                      metadata:
                        value: "100"
                """;

        SimulationResult result =
                run(scaledObject, SERVICE.withQueue(), "spike:base=0,peak=500,at=20m,for=10m,length=40m");

        assertThat(result.minReplicas()).isZero();
        assertThat(result.maxReplicas()).isGreaterThan(3);
        assertThat(result.overCapacity()).isZero();
        assertThat(result.totals().answered).isCloseTo(300_000, within(1.0));
    }

    private static String ofObject(String kind, String metric, String field, String amount) {
        return Manifests.hpa(2, 40, """
                metrics:
                  - type: Object
                    object:
                      describedObject:
                        kind: %s
                        name: shop
                      metric:
                        name: %s
                      target:
                        %s: %s
                """.formatted(kind, metric, field, amount));
    }

    @Test
    void arrivals_growBeyondWhatPodsAnswer_soLessIsLost() {
        SimulationResult answers =
                run(ofObject("Service", "requests_per_second", "averageValue", "100"), SERVICE, SPIKE);
        SimulationResult arrivals =
                run(ofObject("Ingress", "requests_per_second", "averageValue", "100"), SERVICE, SPIKE);

        assertThat(arrivals.overCapacity()).isPositive().isLessThan(0.9 * answers.overCapacity());
    }

    @Test
    void utilizationOfAnObject_withOneValue_isTheMeanOfThePods() {
        SimulationResult result =
                run(ofObject("Service", "utilization", "value", "500m"), SERVICE, "constant:rate=1000,length=40m");

        double needed = 1000 / SERVICE.podRate() / 0.5;
        assertThat(result.meanReplicas()).isBetween(0.85 * needed, 1.25 * needed);
    }

    @Test
    void sameInput_sameNumbers() {
        String autoscaler = Manifests.hpa(2, 20, Manifests.cpu(70));

        assertThat(run(autoscaler, SERVICE, SPIKE).toString())
                .isEqualTo(run(autoscaler, SERVICE, SPIKE).toString());
    }

    @Test
    void assertion_names_whatWasLost() {
        SimulationResult result = run(Manifests.hpa(2, 20, Manifests.cpu(70)), SERVICE, SPIKE);

        result.assertLostAtMost(Math.round(result.lost()));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> result.assertLostAtMost(1_000))
                .withMessageContaining("of 1,560,000 requests lost (expected: at most 1,000)")
                .withMessageContaining("HorizontalPodAutoscaler orders: 2 to 20, cpu 70 %");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> result.assertPodHoursAtMost(0.5))
                .withMessageContaining("pod-hours (expected: at most 0.50)");
    }
}
