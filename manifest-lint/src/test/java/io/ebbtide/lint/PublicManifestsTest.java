package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Public manifests: each finding in them is right, and there are no others. */
final class PublicManifestsTest {
    private static final Path FOLDER = Path.of("src/test/resources/public");

    @Test
    void findings_areTheseAndEachIsTrue() {
        assertThat(ManifestLint.of(FOLDER).findings())
                .extracting(each -> Path.of(each.file()).getFileName() + " " + each.line() + " " + each.rule())
                .containsExactly(
                        // No replicas, so one, and a Service in front of it.
                        "microservices-demo-adservice.yaml 5 single-replica",
                        // No preStop; a gRPC server that stops at SIGTERM.
                        "microservices-demo-adservice.yaml 16 no-wait-for-endpoints",
                        // Three replicas, and nothing keeps a drain from evicting all of them.
                        "microservices-demo-frontend.yaml 4 budget-missing",
                        // No preStop; a Go server that stops at SIGTERM.
                        "microservices-demo-frontend.yaml 19 no-wait-for-endpoints",
                        // Both probes ask /_healthz with the same patience.
                        "microservices-demo-frontend.yaml 35 probe-twice-the-same",
                        // The Deployment has a namespace, this Service has none: it selects nothing indeed.
                        "microservices-demo-frontend.yaml 71 service-selects-nothing",
                        // 15 s between two waves, and 30 s of grace.
                        "vllm-autoscaler.yaml 26 scale-down-before-drained",
                        // replicas: 1, and an autoscaler from 1 to 5.
                        "vllm-deployment.yaml 6 replicas-beside-autoscaler");
    }

    @Test
    void hookOfUnknownLength_isNotGuessed() {
        // Cassandra's preStop waits in a loop for the process's end.
        assertThat(ManifestLint.of(FOLDER.resolve("cassandra-statefulset.yaml")).findings())
                .isEmpty();
    }
}
