package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.Orchestrator;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers of each setup fit each other: the platform's, the process's and the balancer's. */
final class SumsTest {
    /** Undertow's adapter and nginx.conf alike. */
    private static final int SERVER_IDLE_SECONDS = 75;

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void grace_isThePlatformsAndTheProcesss_andItsSharesFit(Setup setup) {
        Rendering rendering = Rendering.byHelm(setup);
        JsonNode pod = podSpec(rendering, "orders-service");
        JsonNode environment =
                rendering.startingWith("ConfigMap orders-service-env-").get("data");

        assertThat(environment.get("EBBTIDE_GRACE").asText())
                .isEqualTo(pod.get("terminationGracePeriodSeconds").asText() + "s");
        GraceBudget budget = budget(environment);
        assertThat(budget.lameDuck().plus(budget.drain()).plus(budget.stop()).plus(budget.margin()))
                .isEqualTo(budget.grace());
        assertThat(budget.margin().multipliedBy(10)).isGreaterThanOrEqualTo(budget.grace());
        assertThat(pod.at("/containers/0/lifecycle").isMissingNode()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void frontend_hasTimeForItsPreStopAndItsConnections(Setup setup) {
        Rendering rendering = Rendering.byHelm(setup);
        JsonNode pod = podSpec(rendering, "frontend");
        String nginx = rendering
                .startingWith("ConfigMap frontend-nginx-")
                .at("/data/nginx.conf")
                .asText();
        int grace = pod.get("terminationGracePeriodSeconds").asInt();
        int preStop = pod.at("/containers/0/lifecycle/preStop/sleep/seconds").asInt();

        assertThat(nginx).contains("worker_shutdown_timeout 10s;", "keepalive_timeout 75s;");
        assertThat(preStop).isGreaterThanOrEqualTo(15);
        assertThat(grace).isGreaterThanOrEqualTo(preStop + 10 + Math.max(1, grace / 10));
    }

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void probes_askWhatTheyAreFor_withoutDelays(Setup setup) {
        JsonNode container = podSpec(Rendering.byHelm(setup), "orders-service").at("/containers/0");

        assertThat(container.get("ports").toString())
                .isEqualTo(
                        "[{\"name\":\"http\",\"containerPort\":8080},{\"name\":\"management\",\"containerPort\":8558}]");
        for (String probe : List.of("startup", "liveness", "readiness")) {
            String path = Map.of("startup", "startup", "liveness", "live", "readiness", "ready")
                    .get(probe);
            JsonNode spec = container.get(probe + "Probe");
            assertThat(spec.get("httpGet").toString())
                    .isEqualTo("{\"path\":\"/health/" + path + "\",\"port\":\"management\"}");
            assertThat(spec.has("initialDelaySeconds")).isFalse();
            assertThat(spec.get("timeoutSeconds").asInt())
                    .isLessThan(spec.get("periodSeconds").asInt());
        }
        assertThat(container.at("/command/0").asText()).isEqualTo("java");
    }

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void autoscaler_ownsTheReplicas_andLetsADrainEndBeforeTheNext(Setup setup) {
        Rendering rendering = Rendering.byHelm(setup);
        for (String service : List.of("orders-service", "frontend")) {
            JsonNode autoscaler =
                    rendering.get("HorizontalPodAutoscaler " + service).get("spec");
            JsonNode down = autoscaler.at("/behavior/scaleDown");
            JsonNode pod = podSpec(rendering, service);

            assertThat(rendering.get("Deployment " + service).get("spec").has("replicas"))
                    .isFalse();
            assertThat(autoscaler.get("minReplicas").asInt()).isEqualTo(2);
            assertThat(down.get("policies")).hasSize(1); // of two, one would be dead
            assertThat(down.at("/policies/0/periodSeconds").asInt())
                    .isGreaterThanOrEqualTo(
                            pod.get("terminationGracePeriodSeconds").asInt());
            assertThat(pod.get("containers"))
                    .allSatisfy(container -> assertThat(
                                    container.at("/resources/requests/cpu").isMissingNode())
                            .isFalse());
            JsonNode budget = rendering.get("PodDisruptionBudget " + service).get("spec");
            assertThat(budget.get("maxUnavailable").asInt()).isEqualTo(1);
            assertThat(budget.get("unhealthyPodEvictionPolicy").asText()).isEqualTo("AlwaysAllow");
        }
    }

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void rollout_neverTakesAPodBeforeItsReplacementServes_andKnowsWhenItIsStuck(Setup setup) {
        Rendering rendering = Rendering.byHelm(setup);
        for (String service : List.of("orders-service", "frontend")) {
            JsonNode spec = rendering.get("Deployment " + service).get("spec");
            JsonNode startup = spec.at("/template/spec/containers/0/startupProbe");
            int slowestStart = startup.get("periodSeconds").asInt()
                    * startup.get("failureThreshold").asInt();

            assertThat(spec.at("/strategy/rollingUpdate/maxUnavailable").asInt())
                    .isZero();
            assertThat(spec.at("/strategy/rollingUpdate/maxSurge").asText()).isIn("1", "25%");
            assertThat(spec.get("revisionHistoryLimit").asInt()).isEqualTo(10);
            assertThat(spec.get("progressDeadlineSeconds").asInt())
                    .isGreaterThan(slowestStart
                            + spec.at("/template/spec/containers/0/readinessProbe/periodSeconds")
                                    .asInt()
                            + spec.get("minReadySeconds").asInt());
        }
    }

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void database_hasAConnectionForEachOfThePool_alsoForThoseThatComeAndGo(Setup setup) {
        Rendering rendering = Rendering.byHelm(setup);
        int pool = rendering
                .startingWith("ConfigMap orders-service-env-")
                .at("/data/ORDERS_POOL_SIZE")
                .asInt();
        int max = maxPods(rendering, "orders-service") + maxReplicas(rendering, "orders-service");

        JsonNode annotations = rendering.get("Deployment orders-service").at("/metadata/annotations");
        assertThat(annotations.get("lint.ebbtide.io/pool-size").asText()).isEqualTo(String.valueOf(pool));
        assertThat(pool * max)
                .isLessThanOrEqualTo(
                        annotations.get("lint.ebbtide.io/database-connections").asInt());
    }

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void quota_hasRoomForARolloutAtTheLargestScale_whileOthersDrain(Setup setup) {
        Rendering rendering = Rendering.byHelm(setup);
        if (!rendering.has("ResourceQuota shop")) {
            return;
        }
        JsonNode hard = rendering.get("ResourceQuota shop").at("/spec/hard");
        int pods = 0;
        BigDecimal cpu = BigDecimal.ZERO;
        long memory = 0;
        for (String service : List.of("orders-service", "frontend")) {
            JsonNode requests = podSpec(rendering, service).at("/containers/0/resources/requests");
            int max = maxPods(rendering, service) + maxReplicas(rendering, service);
            pods += max;
            cpu = cpu.add(cores(requests.get("cpu").asText()).multiply(BigDecimal.valueOf(max)));
            memory += mebibytes(requests.get("memory").asText()) * max;
        }

        assertThat(hard.get("pods").asInt()).isGreaterThanOrEqualTo(pods);
        assertThat(cores(hard.get("requests.cpu").asText())).isGreaterThanOrEqualTo(cpu);
        assertThat(mebibytes(hard.get("requests.memory").asText())).isGreaterThanOrEqualTo(memory);
    }

    @Test
    void gateway_waitsShorterThanTheServers_andNotLongerThanTheDrain() {
        Rendering rendering = Rendering.byHelm(Setup.named("gateway"));
        Duration drain = budget(
                        rendering.startingWith("ConfigMap orders-service-env-").get("data"))
                .drain();

        for (String route : List.of("orders-reads", "orders-writes", "frontend")) {
            assertThat(seconds(rendering
                            .get("BackendTrafficPolicy " + route)
                            .at("/spec/timeout/http/connectionIdleTimeout")))
                    .isLessThan(SERVER_IDLE_SECONDS);
            assertThat(seconds(rendering.get("HTTPRoute " + route).at("/spec/rules/0/timeouts/request")))
                    .isLessThanOrEqualTo((int) drain.toSeconds());
        }
        for (String route : List.of("orders-reads", "frontend")) {
            JsonNode retry = rendering.get("BackendTrafficPolicy " + route).at("/spec/retry");
            JsonNode timeouts = rendering.get("HTTPRoute " + route).at("/spec/rules/0/timeouts");
            // a pod that hangs must leave time for the others
            assertThat(seconds(retry.at("/perRetry/timeout"))
                            * (retry.get("numRetries").asInt() + 1))
                    .isLessThan(seconds(timeouts.get("request")));
            assertThat(timeouts.has("backendRequest")).isFalse(); // would be the timeout of all tries
        }
        assertThat(rendering
                        .get("BackendTrafficPolicy orders-writes")
                        .at("/spec/retry/retryOn/triggers")
                        .toString())
                .isEqualTo("[\"connect-failure\",\"refused-stream\"]");
    }

    @Test
    void applicationBalancer_learnsWithinTheLameDuck_andLetsTheLongestRequestEnd() {
        Rendering rendering = Rendering.byHelm(Setup.named("aws-alb"));
        GraceBudget budget =
                budget(rendering.startingWith("ConfigMap orders-service-env-").get("data"));
        JsonNode annotations = rendering.get("Ingress orders-service").at("/metadata/annotations");
        String prefix = "alb.ingress.kubernetes.io/";
        Map<String, String> target = attributes(annotations, prefix + "target-group-attributes");
        Map<String, String> balancer = attributes(annotations, prefix + "load-balancer-attributes");

        assertThat(annotations.get(prefix + "healthcheck-path").asText()).isEqualTo("/health/ready");
        assertThat(annotations.get(prefix + "healthcheck-port").asText()).isEqualTo("8558");
        assertThat(annotations.get(prefix + "target-type").asText()).isEqualTo("ip");
        assertThat(number(annotations, prefix + "healthcheck-interval-seconds")
                                * number(annotations, prefix + "unhealthy-threshold-count")
                        + number(annotations, prefix + "healthcheck-timeout-seconds"))
                .isLessThanOrEqualTo((int) budget.lameDuck().toSeconds());
        assertThat(Integer.parseInt(target.get("deregistration_delay.timeout_seconds")))
                .isGreaterThanOrEqualTo((int) budget.drain().toSeconds());
        assertThat(Integer.parseInt(balancer.get("idle_timeout.timeout_seconds")))
                .isLessThan(SERVER_IDLE_SECONDS);
        assertThat(balancer)
                .containsEntry("deletion_protection.enabled", "true")
                .containsEntry("routing.http2.enabled", "true");
        assertThat(rendering
                        .get("Deployment orders-service")
                        .at("/spec/minReadySeconds")
                        .asInt())
                .isGreaterThanOrEqualTo(number(annotations, prefix + "healthcheck-interval-seconds")
                        * number(annotations, prefix + "healthy-threshold-count"));
    }

    @Test
    void networkBalancer_keepsFlowsNoLongerThanTheServiceServesThem() {
        Rendering rendering = Rendering.byHelm(Setup.named("aws-nlb"));
        GraceBudget budget =
                budget(rendering.startingWith("ConfigMap orders-service-env-").get("data"));
        JsonNode annotations = rendering.get("Service orders-service-nlb").at("/metadata/annotations");
        String prefix = "service.beta.kubernetes.io/aws-load-balancer-";
        int deregistration = Integer.parseInt(attributes(annotations, prefix + "target-group-attributes")
                .get("deregistration_delay.timeout_seconds"));

        assertThat(annotations.get(prefix + "healthcheck-path").asText()).isEqualTo("/health/ready");
        assertThat(number(annotations, prefix + "healthcheck-interval")
                                * number(annotations, prefix + "healthcheck-unhealthy-threshold")
                        + number(annotations, prefix + "healthcheck-timeout"))
                .isLessThanOrEqualTo((int) budget.lameDuck().toSeconds());
        assertThat(deregistration).isBetween((int) budget.drain().toSeconds(), (int)
                budget.lameDuck().plus(budget.drain()).toSeconds());
        assertThat(attributes(annotations, prefix + "attributes"))
                .containsEntry("load_balancing.cross_zone.enabled", "true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"istio", "gateway+istio", "istio+aws-alb", "istio+aws-nlb"})
    void sidecar_staysUntilTheServiceHasDrained(String setup) {
        Rendering rendering = Rendering.byHelm(Setup.named(setup));
        GraceBudget budget =
                budget(rendering.startingWith("ConfigMap orders-service-env-").get("data"));
        JsonNode annotations = rendering.get("Deployment orders-service").at("/spec/template/metadata/annotations");

        assertThat(annotations.get("proxy.istio.io/config").asText())
                .contains("terminationDrainDuration: "
                        + budget.lameDuck().plus(budget.drain()).toSeconds() + "s");
        assertThat(seconds(rendering
                        .get("DestinationRule orders-service")
                        .at("/spec/trafficPolicy/connectionPool/http/idleTimeout")))
                .isLessThan(SERVER_IDLE_SECONDS);
    }

    @Test
    void consumer_drainsWithinItsGrace_andItsLeaseOutlastsIt() {
        JsonNode pod = podSpec(Rendering.byHelm(Setup.named("keda-consumer")), "spool-consumer");
        var environment = Rendering.YAML.createObjectNode();
        pod.at("/containers/0/env")
                .forEach(variable -> environment.set(variable.get("name").asText(), variable.get("value")));
        int grace = pod.get("terminationGracePeriodSeconds").asInt();

        assertThat(budget(environment).grace()).isEqualTo(Duration.ofSeconds(grace));
        var command = new ArrayList<String>();
        pod.at("/containers/0/command").forEach(argument -> command.add(argument.asText()));
        assertThat(Integer.parseInt(command.get(command.size() - 1))).isGreaterThanOrEqualTo(grace);
    }

    /** A number of replicas for when Prometheus is silent would take loaded ones away. */
    @Test
    void consumer_staysAsItIs_whileItsMetricFails() {
        JsonNode scaled = Rendering.byHelm(Setup.named("keda-consumer"))
                .get("ScaledObject spool-consumer")
                .get("spec");

        assertThat(scaled.has("fallback")).isFalse();
        assertThat(scaled.at("/triggers/0/metadata/ignoreNullValues").asText()).isEqualTo("false");
    }

    @Test
    void consumer_isScaledByTheQueueOfItsOwnNamespace() {
        assertThat(Rendering.byHelm(Setup.named("keda-consumer"))
                        .get("ScaledObject spool-consumer")
                        .at("/spec/triggers/0/metadata/query")
                        .asText())
                .isEqualTo("max(ebbtide_hpa_queue_depth{namespace=\"shop\",service=\"spool\"})");
    }

    @Test
    void canary_hasItsOwnLabel_andTheWeightsAddUp() {
        Rendering rendering = Rendering.byHelm(Setup.named("canary"));
        JsonNode selector = rendering.get("Deployment orders-service").at("/spec/selector/matchLabels");
        JsonNode labels = rendering.get("Deployment orders-service-canary").at("/spec/template/metadata/labels");

        assertThat(labels.get("app.kubernetes.io/name")).isNotEqualTo(selector.get("app.kubernetes.io/name"));
        for (String route : List.of("orders-reads", "orders-writes")) {
            int sum = 0;
            for (JsonNode backend : rendering.get("HTTPRoute " + route).at("/spec/rules/0/backendRefs")) {
                sum += backend.get("weight").asInt();
            }
            assertThat(sum).isEqualTo(100);
        }
    }

    private static JsonNode podSpec(Rendering rendering, String deployment) {
        return rendering.get("Deployment " + deployment).at("/spec/template/spec");
    }

    private static GraceBudget budget(JsonNode environment) {
        return GraceBudget.of(
                Duration.ofSeconds(seconds(environment.get("EBBTIDE_GRACE"))),
                GraceBudget.Shares.DERIVED
                        .withLameDuck(Duration.ofSeconds(seconds(environment.get("EBBTIDE_LAME_DUCK"))))
                        .withDrain(Duration.ofSeconds(seconds(environment.get("EBBTIDE_DRAIN"))))
                        .withStop(Duration.ofSeconds(seconds(environment.get("EBBTIDE_STOP"))))
                        .withMargin(Duration.ofSeconds(seconds(environment.get("EBBTIDE_MARGIN")))),
                Orchestrator.KUBERNETES.maxLameDuck());
    }

    private static int maxReplicas(Rendering rendering, String service) {
        return rendering
                .get("HorizontalPodAutoscaler " + service)
                .at("/spec/maxReplicas")
                .asInt();
    }

    private static int maxPods(Rendering rendering, String service) {
        int replicas = maxReplicas(rendering, service);
        String surge = rendering
                .get("Deployment " + service)
                .at("/spec/strategy/rollingUpdate/maxSurge")
                .asText();
        return replicas
                + (surge.endsWith("%")
                        ? (replicas * Integer.parseInt(surge.replace("%", "")) + 99) / 100
                        : Integer.parseInt(surge));
    }

    private static int seconds(JsonNode text) {
        assertThat(text.asText()).endsWith("s");
        return Integer.parseInt(text.asText().replace("s", ""));
    }

    private static int number(JsonNode annotations, String name) {
        return Integer.parseInt(annotations.get(name).asText());
    }

    private static Map<String, String> attributes(JsonNode annotations, String name) {
        return Arrays.stream(annotations.get(name).asText().split(","))
                .map(pair -> pair.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private static BigDecimal cores(String quantity) {
        return quantity.endsWith("m")
                ? new BigDecimal(quantity.replace("m", "")).movePointLeft(3)
                : new BigDecimal(quantity);
    }

    private static long mebibytes(String quantity) {
        return quantity.endsWith("Gi")
                ? Long.parseLong(quantity.replace("Gi", "")) * 1024
                : Long.parseLong(quantity.replace("Mi", ""));
    }
}
