package io.ebbtide.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.ebbtide.lifecycle.GraceBudget;
import io.ebbtide.lifecycle.Orchestrator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The deployment's numbers are the process's numbers. */
final class DeployTemplateTest {
    private static final Map<String, JsonNode> DOCUMENTS = new HashMap<>();

    @BeforeAll
    static void read() throws IOException {
        var mapper = new YAMLMapper(new YAMLFactory());
        try (var documents = mapper.readerFor(JsonNode.class)
                .<JsonNode>readValues(Path.of("../deploy/orders-service.yaml").toFile())) {
            documents.forEachRemaining(
                    document -> DOCUMENTS.put(document.get("kind").asText(), document));
        }
    }

    @Test
    void grace_isTheSameForThePlatformAndTheProcess() {
        JsonNode pod = DOCUMENTS.get("Deployment").at("/spec/template/spec");
        JsonNode container = pod.at("/containers/0");
        String grace = variable(container, "EBBTIDE_GRACE");

        assertThat(grace).isEqualTo(pod.get("terminationGracePeriodSeconds").asText() + "s");
        GraceBudget budget = GraceBudget.of(
                Duration.ofSeconds(pod.get("terminationGracePeriodSeconds").asLong()),
                GraceBudget.Shares.DERIVED,
                Orchestrator.KUBERNETES.mostLameDuck());
        assertThat(budget.drain()).isGreaterThanOrEqualTo(Duration.ofSeconds(25));
    }

    @Test
    void probes_askTheManagementPort_eachItsOwnPath() {
        JsonNode container = DOCUMENTS.get("Deployment").at("/spec/template/spec/containers/0");
        assertThat(container.at("/ports").toString())
                .isEqualTo(
                        "[{\"name\":\"http\",\"containerPort\":8080},{\"name\":\"management\",\"containerPort\":8558}]");

        assertThat(container.at("/startupProbe/httpGet").toString())
                .isEqualTo("{\"path\":\"/health/startup\",\"port\":\"management\"}");
        assertThat(container.at("/livenessProbe/httpGet").toString())
                .isEqualTo("{\"path\":\"/health/live\",\"port\":\"management\"}");
        assertThat(container.at("/readinessProbe/httpGet").toString())
                .isEqualTo("{\"path\":\"/health/ready\",\"port\":\"management\"}");
    }

    @Test
    void autoscaler_ownsTheReplicas_andTheBudgetLetsNodesDrain() {
        assertThat(DOCUMENTS.get("Deployment").at("/spec").has("replicas")).isFalse();
        assertThat(DOCUMENTS
                        .get("Deployment")
                        .at("/spec/template/spec/containers/0/resources/requests/cpu")
                        .isMissingNode())
                .isFalse();
        assertThat(DOCUMENTS
                        .get("PodDisruptionBudget")
                        .at("/spec/maxUnavailable")
                        .asText())
                .isEqualTo("1");
        assertThat(DOCUMENTS
                        .get("HorizontalPodAutoscaler")
                        .at("/spec/minReplicas")
                        .asInt())
                .isEqualTo(2);
    }

    private static String variable(JsonNode container, String name) {
        for (JsonNode variable : container.get("env")) {
            if (variable.get("name").asText().equals(name)) {
                return variable.get("value").asText();
            }
        }
        throw new AssertionError(name + " is not set");
    }
}
