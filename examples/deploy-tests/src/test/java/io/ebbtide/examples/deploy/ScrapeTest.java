package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each pod that has metrics is scraped, and a network policy allows the answer. */
final class ScrapeTest {
    @ParameterizedTest
    @MethodSource("monitored")
    void pods_withAManagementPort_areEachSelectedByAMonitor(Setup setup) {
        Rendering rendering = Rendering.byHelm(setup);

        assertThat(withManagementPort(rendering))
                .isNotEmpty()
                .allSatisfy(pod -> assertThat(selectedByMonitor(rendering, labels(pod)))
                        .as(labels(pod).toString())
                        .isTrue());
    }

    @ParameterizedTest
    @MethodSource("monitored")
    void pods_withAManagementPort_letTheMonitorThrough(Setup setup) {
        Rendering rendering = Rendering.byHelm(setup);

        assertThat(withManagementPort(rendering)).allSatisfy(pod -> {
            List<JsonNode> policies = ofKind(rendering, "NetworkPolicy")
                    .filter(policy -> policy.at("/spec/policyTypes").toString().contains("Ingress"))
                    .filter(policy -> matches(policy.at("/spec/podSelector/matchLabels"), labels(pod)))
                    .toList();
            assertThat(policies.isEmpty() || policies.stream().anyMatch(ScrapeTest::letsMonitoringIn))
                    .as(labels(pod).toString())
                    .isTrue();
        });
    }

    static Stream<Setup> monitored() {
        return Setup.all()
                .filter(setup -> Rendering.byHelm(setup).has("PodMonitor orders-service")
                        || Rendering.byHelm(setup).has("ServiceMonitor orders-service"));
    }

    private static List<JsonNode> withManagementPort(Rendering rendering) {
        return ofKind(rendering, "Deployment")
                .map(deployment -> deployment.at("/spec/template"))
                .filter(pod -> pod.at("/spec/containers/0/ports").toString().contains("\"management\""))
                .toList();
    }

    private static boolean selectedByMonitor(Rendering rendering, JsonNode labels) {
        boolean byItself = ofKind(rendering, "PodMonitor")
                .anyMatch(monitor -> matches(monitor.at("/spec/selector/matchLabels"), labels));
        boolean byAService = ofKind(rendering, "ServiceMonitor")
                .anyMatch(monitor -> ofKind(rendering, "Service")
                        .filter(service ->
                                matches(monitor.at("/spec/selector/matchLabels"), service.at("/metadata/labels")))
                        .anyMatch(service -> matches(service.at("/spec/selector"), labels)));
        return byItself || byAService;
    }

    private static boolean letsMonitoringIn(JsonNode policy) {
        return items(policy.at("/spec/ingress"))
                .anyMatch(rule -> rule.get("from").toString().contains("\"kubernetes.io/metadata.name\":\"monitoring\"")
                        && rule.get("ports").toString().contains("\"management\""));
    }

    private static JsonNode labels(JsonNode pod) {
        return pod.at("/metadata/labels");
    }

    private static boolean matches(JsonNode selector, JsonNode labels) {
        return selector.properties().stream()
                .allMatch(wanted -> wanted.getValue().equals(labels.get(wanted.getKey())));
    }

    private static Stream<JsonNode> ofKind(Rendering rendering, String kind) {
        return rendering.objects().values().stream()
                .filter(object -> object.get("kind").asText().equals(kind));
    }

    private static Stream<JsonNode> items(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
