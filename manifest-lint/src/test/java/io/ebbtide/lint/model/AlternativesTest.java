package io.ebbtide.lint.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.ManifestLint;
import io.ebbtide.lint.finding.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of several objects with one identity, a reference means the one in its own file. */
final class AlternativesTest {
    private static final String WEB = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                    - name: web
                      image: acme/web:1
                      ports: [{name: http, containerPort: 8080}]
                      readinessProbe: {httpGet: {path: /ready, port: http}}
                      #container
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              selector: {app: web}
              ports: [{port: 80, targetPort: http}]
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 4
              metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
            """;
    private static final String REQUESTS = "resources: {requests: {cpu: 100m}}";

    @TempDir
    Path folder;

    @Test
    void ingress_sendsToTheServiceOfItsOwnFile() throws IOException {
        write("a.yaml", WEB.replace("#container", REQUESTS));
        write(
                "b.yaml",
                WEB.replace("#container", REQUESTS)
                        .replace("port: 80,", "port: 81,")
                        .replace("number: 80", "number: 81"));

        assertThat(rulesIn("b.yaml")).doesNotContain("route-port-unknown");
    }

    @Test
    void ingressWithoutServiceInItsFile_sendsToTheFirst() throws IOException {
        write("a.yaml", WEB.replace("#container", REQUESTS));
        write(
                "b.yaml",
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: other}\n"
                        + "spec: {defaultBackend: {service: {name: web, port: {number: 81}}}}\n");

        assertThat(rulesIn("b.yaml")).contains("route-port-unknown");
    }

    @Test
    void autoscaler_scalesTheWorkloadOfItsOwnFile() throws IOException {
        write("a.yaml", WEB);
        write("b.yaml", WEB.replace("#container", REQUESTS));

        assertThat(rulesIn("a.yaml")).contains("requests-missing");
        assertThat(rulesIn("b.yaml")).doesNotContain("requests-missing");
    }

    @Test
    void service_selectsTheWorkloadOfItsOwnFile() throws IOException {
        write("a.yaml", WEB.replace("targetPort: http", "targetPort: 8080"));
        write("b.yaml", WEB.replace("8080", "9090").replace("targetPort: http", "targetPort: 9090"));

        assertThat(rulesIn("a.yaml")).doesNotContain("service-port-undeclared");
        assertThat(rulesIn("b.yaml")).doesNotContain("service-port-undeclared");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private List<String> rulesIn(String name) {
        return ManifestLint.of(folder).findings().stream()
                .filter(each -> each.file().endsWith(name))
                .map(Finding::rule)
                .toList();
    }
}
