package io.ebbtide.lint.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Manifests with secrets and control characters wherever a finding quotes a text, and their appearance in the reports. */
final class SecretsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String MARKER = "S3CR3T-";
    private static final Path FOLDER = Path.of("..", "core", "src", "test", "resources", "secrets");
    private static final List<String> FORMATS = List.of("text", "json", "sarif");
    private static final String FORGERY =
            "x\r\nFORGED\nFORGED\u0085FORGED\u2028\u2029\u001b[2J\u009b2K\u0007\b\u007f\u202e\u2066y";

    @Test
    void reports_ofManifestsWithSecrets_showNone() throws IOException {
        List<String> markers = new ArrayList<>();
        for (String line : lines("markers.txt")) {
            markers.add(line.replace("<S>", "%s%03d".formatted(MARKER, markers.size() + 1))
                    .replace("<NL>", "\n"));
        }
        assertThat(markers).hasSize(100);

        for (String format : FORMATS) {
            String report = report(manifests(markers), format);
            assertThat(findings(report, "shell-entry-point"))
                    .as("the finding of each manifest")
                    .isGreaterThanOrEqualTo(markers.size());
            assertThat(report).doesNotContain(MARKER);
            for (String marker : markers) {
                assertThat(report("a: b: " + marker, format))
                        .as(marker)
                        .contains("not YAML")
                        .doesNotContain(MARKER);
            }
        }
    }

    @Test
    void reports_ofManifestsWithOrdinaryValues_showThemAsTheyAre() throws IOException {
        List<String> values = lines("ordinary.txt");
        assertThat(values).hasSize(200);

        String report = report(manifests(values), "text");

        assertThat(findings(report, "shell-entry-point")).isGreaterThanOrEqualTo(values.size());
        for (String value : values) {
            String shown = value.length() <= 60 ? value : value.substring(0, 57);
            assertThat(report).contains(shown);
        }
    }

    @Test
    void reports_ofManifestsWithControlCharacters_escapeThem() throws IOException {
        for (String format : FORMATS) {
            String report = report(manifest(FORGERY, "orders"), format);
            assertThat(report.lines()).noneMatch(line -> line.startsWith("FORGED"));
            for (char harmful : "\u0085\u2028\u2029\u001b\u009b\u0007\b\u007f\u202e\u2066".toCharArray()) {
                assertThat(report.indexOf(harmful))
                        .as("U+%04X in %s", (int) harmful, report)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void longCommand_isFreedOfSecretsBeforeItIsCut() throws IOException {
        String report = report(
                manifest("java -Dpassword='" + "x".repeat(20) + MARKER + "y".repeat(80) + "' -jar a.jar", "orders"),
                "text");

        assertThat(report).contains("java -Dpassword='***' -jar a.jar").doesNotContain(MARKER);
    }

    /** One manifest for each text, which the reports name by its number. */
    private static String manifests(List<String> texts) throws JsonProcessingException {
        var all = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            all.append("---\n").append(manifest(texts.get(i), "orders-" + i));
        }
        return all.toString();
    }

    private static int findings(String report, String rule) {
        return report.split(rule, -1).length - 1;
    }

    /** A manifest with the text as a command, in options, settings, paths, numbers, a reason and an address. */
    private static String manifest(String text, String name) throws JsonProcessingException {
        String quoted = JSON.writeValueAsString(text);
        String options = JSON.writeValueAsString("-Xrs " + text);
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: %4$s
                  annotations:
                    lint.ebbtide.io/ignore.single-replica: %1$s
                spec:
                  replicas: 1
                  selector: {matchLabels: {app: %4$s}}
                  template:
                    metadata:
                      labels: {app: %4$s}
                      annotations:
                        lint.ebbtide.io/idle-timeout: %1$s
                        lint.ebbtide.io/longest-request: %1$s
                        proxy.istio.io/config: %1$s
                    spec:
                      terminationGracePeriodSeconds: 60
                      containers:
                        - name: app
                          image: acme/%4$s:1
                          command: [sh, -c, %3$s]
                          args: [%1$s]
                          env:
                            - {name: EBBTIDE_GRACE, value: %1$s}
                            - {name: EBBTIDE_LAME_DUCK_POLICY, value: %1$s}
                            - {name: EBBTIDE_MANAGEMENT_PORT, value: %1$s}
                            - {name: JAVA_TOOL_OPTIONS, value: %2$s}
                          ports: [{name: http, containerPort: 8080}]
                          lifecycle: {preStop: {exec: {command: [sh, -c, %1$s]}}}
                          readinessProbe: {httpGet: {path: %1$s, port: http}, periodSeconds: 10}
                          livenessProbe: {httpGet: {path: %1$s, port: %1$s}}
                          %1$s: unknown
                ---
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata:
                  name: %4$s
                  annotations:
                    nginx.ingress.kubernetes.io/proxy-read-timeout: %1$s
                    nginx.ingress.kubernetes.io/proxy-next-upstream: %1$s
                spec:
                  rules: [{host: %1$s, http: {paths: [{path: /, pathType: %1$s, backend: {service: {name: %4$s, port: {name: http}}}}]}}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: %4$s}
                spec:
                  selector: {app: %4$s}
                  ports: [{name: http, port: 80, targetPort: %1$s}]
                """.formatted(quoted, options, JSON.writeValueAsString("java -jar app.jar " + text), name);
    }

    private static String report(String manifest, String format) {
        var out = new StringWriter();
        LintCommand.commandLine(new ByteArrayInputStream(manifest.getBytes(StandardCharsets.UTF_8)))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute("--format", format, "-");
        return out.toString();
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(FOLDER.resolve(file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }
}
