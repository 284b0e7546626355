package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.fixture.Fixtures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestLintTest {
    private static final Path RULES = Fixtures.path("rules");

    @Test
    void assertClean_passesWhereNothingIs() {
        ManifestLint.of(RULES.resolve("grace-below-sum/good.yaml")).assertClean(Severity.NOTE);
    }

    @Test
    void assertClean_throwsTheWholeText() {
        ManifestLint lint = ManifestLint.of(RULES.resolve("grace-below-sum/bad.yaml"));

        assertThatThrownBy(lint::assertClean).isInstanceOf(AssertionError.class).hasMessage("""
                        target/rendered-fixtures/rules/grace-below-sum/bad.yaml:20:7: error: The grace is shorter than the sum of the phases that it must contain. [grace-below-sum]
                            object   Deployment orders, spec.template.spec.terminationGracePeriodSeconds
                            numbers  grace: 60 s (expected: >= 71 s, which is preStop 0 ms + lameDuck 20 s + drain 45 s + stop 0 ms + margin 6 s; raise the grace, and with it the platform's, or lower a share)
                            fix      raise terminationGracePeriodSeconds and EBBTIDE_GRACE, or lower a share
                            why      docs/operate/lint.md#grace-below-sum
                        1 error, 0 warnings, 0 notes in 4 objects
                        """);
    }

    @Test
    void assertClean_letsNotesPass() {
        ManifestLint.of(RULES.resolve("budget-missing/bad.yaml")).assertClean();
    }

    @Test
    void without_omitsARule() {
        assertThat(ManifestLint.of(RULES.resolve("budget-missing/bad.yaml"))
                        .without(Set.of("budget-missing"))
                        .findings())
                .isEmpty();
    }

    @Test
    void annotationWithAReason_letsAFindingPass() {
        ManifestLint lint = ManifestLint.of(RULES.resolve("ignored-nothing/good.yaml"));

        assertThat(lint.findings()).isEmpty();
        assertThat(lint.suppressed()).singleElement().satisfies(each -> {
            assertThat(each.rule()).isEqualTo("shell-entry-point");
            assertThat(each.suppressed()).isTrue();
            assertThat(each.reason()).isEqualTo("tini reaps, dash replaces itself");
        });
    }

    /** Many Services before many Deployments are many pairs, and one finding for each place. */
    @Test
    void findingsAtOnePlace_areOne_withTheNumberOfTheOthers() {
        var text = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            text.append("---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a%d}\n".formatted(i))
                    .append(
                            "spec: {replicas: 2, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, ")
                    .append("spec: {containers: [{name: a, image: a}]}}}\n")
                    .append("---\napiVersion: v1\nkind: Service\nmetadata: {name: s%d, annotations: ".formatted(i))
                    .append("{service.beta.kubernetes.io/aws-load-balancer-type: external}}\n")
                    .append("spec: {type: LoadBalancer, selector: {app: a}, ports: [{port: 80}]}\n");
        }

        ManifestLint lint = lint(text.toString());

        assertThat(lint.findings())
                .filteredOn(each -> each.rule().equals("min-ready-below-balancer"))
                .hasSize(20)
                .allSatisfy(each -> assertThat(each.numbers()).endsWith("; and 19 more like it"));
        assertThat(lint.findings()).hasSizeLessThan(200);
    }

    @Test
    void files_areOneWorld(@TempDir Path folder) throws IOException {
        String[] documents = Files.readString(RULES.resolve("replicas-beside-autoscaler/bad.yaml"))
                .split("---\n", -1);
        for (int i = 0; i < documents.length; i++) {
            Files.writeString(folder.resolve(i + ".yaml"), documents[i]);
        }

        assertThat(ManifestLint.of(folder).findings())
                .extracting(Finding::rule)
                .containsExactly("replicas-beside-autoscaler");
    }

    @Test
    void namespaces_areKeptApart() throws IOException {
        String text = Files.readString(RULES.resolve("replicas-beside-autoscaler/bad.yaml"))
                .replaceFirst("name: orders\n", "name: orders\n  namespace: other\n");

        assertThat(lint(text).findings())
                .extracting(Finding::rule)
                .doesNotContain("replicas-beside-autoscaler")
                .doesNotContain("unreadable-input");
    }

    @Test
    void environmentFromAConfigMap_isRead() throws IOException {
        String text = Files.readString(RULES.resolve("grace-mismatch/good.yaml"))
                .replace(
                        "- name: EBBTIDE_GRACE\n              value: \"60s\"",
                        "- name: PORT\n              value: \"8080\"")
                .replace(
                        "          ports:\n",
                        "          envFrom:\n            - configMapRef:\n                name: numbers\n          ports:\n");
        String map = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: numbers\ndata:\n  EBBTIDE_GRACE: 90s\n";

        assertThat(lint(text + map).findings())
                .extracting(Finding::numbers)
                .contains(
                        "EBBTIDE_GRACE 90 s (set) > 60 s (terminationGracePeriodSeconds); the process would be killed 30 s before it ends by itself");
    }

    private static ManifestLint lint(String text) {
        return ManifestLint.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "a.yaml");
    }
}
