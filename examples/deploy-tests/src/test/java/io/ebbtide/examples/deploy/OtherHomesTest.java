package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** systemd, docker compose and the images say the same as Kubernetes. */
final class OtherHomesTest {
    @Test
    void numbers_areTheSameEverywhere() throws IOException {
        Map<String, String> kubernetes = variables(Rendering.byHelm(Setup.named("base"))
                .startingWith("ConfigMap orders-service-env-")
                .get("data"));
        Map<String, String> compose = variables(compose().at("/services/orders-service/environment"));
        Map<String, String> systemd = unit().stream()
                .filter(line -> line.startsWith("Environment="))
                .map(line -> line.substring("Environment=".length()).split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));

        assertThat(kubernetes).hasSize(8);
        assertThat(compose).containsAllEntriesOf(kubernetes);
        assertThat(systemd).containsAllEntriesOf(kubernetes);
        assertThat(compose().at("/services/orders-service/stop_grace_period").asText())
                .isEqualTo(kubernetes.get("EBBTIDE_GRACE"));
        assertThat(unit())
                .contains("TimeoutStopSec=" + kubernetes.get("EBBTIDE_GRACE").replace("s", ""));
    }

    @Test
    void command_isTheSameEverywhere_andNeverAShell() throws IOException {
        JsonNode command = container("orders-service").get("command");
        String words = command.valueStream().map(JsonNode::asText).collect(Collectors.joining(" "));

        assertThat(Rendering.YAML.readTree(instruction("orders-service", "ENTRYPOINT")))
                .isEqualTo(command);
        assertThat(unit()).contains("ExecStart=/usr/bin/" + words.replace("/app/*", "/opt/orders-service/app/*"));
        assertThat(Rendering.YAML.readTree(instruction("frontend", "ENTRYPOINT")))
                .isEqualTo(container("frontend").get("command"));
        assertThat(words).doesNotContain("-Xrs");
    }

    @Test
    void signals_endWhatIsUnderWayFirst() throws IOException {
        assertThat(instruction("orders-service", "STOPSIGNAL")).isEqualTo("SIGTERM");
        assertThat(instruction("frontend", "STOPSIGNAL")).isEqualTo("SIGQUIT");
        assertThat(compose().at("/services/orders-service/stop_signal").asText())
                .isEqualTo("SIGTERM");
        assertThat(compose().at("/services/frontend/stop_signal").asText()).isEqualTo("SIGQUIT");
        assertThat(unit()).contains("KillSignal=SIGTERM", "KillMode=mixed", "SuccessExitStatus=143");
    }

    @Test
    void users_areTheSameNumbers() throws IOException {
        for (String service : List.of("orders-service", "frontend")) {
            JsonNode pod = Rendering.byHelm(Setup.named("base"))
                    .get("Deployment " + service)
                    .at("/spec/template/spec");
            String user = pod.at("/securityContext/runAsUser").asText();

            assertThat(instruction(service, "USER"))
                    .isEqualTo(
                            user + ":" + pod.at("/securityContext/runAsGroup").asText());
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(container(service)
                            .at("/securityContext/readOnlyRootFilesystem")
                            .asBoolean())
                    .isTrue();
            assertThat(compose().at("/services/" + service + "/read_only").asBoolean())
                    .isTrue();
        }
    }

    private static JsonNode container(String service) {
        return Rendering.byHelm(Setup.named("base"))
                .get("Deployment " + service)
                .at("/spec/template/spec/containers/0");
    }

    private static JsonNode compose() throws IOException {
        return Rendering.YAML.readTree(
                Setup.DEPLOY.resolve("compose/compose.yaml").toFile());
    }

    private static List<String> unit() throws IOException {
        return Files.readAllLines(Setup.DEPLOY.resolve("systemd/orders-service.service"));
    }

    private static String instruction(String service, String name) throws IOException {
        return Files.readAllLines(Setup.DEPLOY.resolve("image/" + service + ".Containerfile")).stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .collect(Collectors.joining("; "));
    }

    private static Map<String, String> variables(JsonNode node) {
        var variables = new TreeMap<String, String>();
        node.properties()
                .forEach(field -> variables.put(field.getKey(), field.getValue().asText()));
        return variables;
    }
}
