package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.ManifestLint;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The templates are what our own linter asks of others. */
final class LintTest {
    /** The options whose price is their point, and what they let pass for it; all others let nothing pass. */
    private static final Map<String, List<String>> LET_PASS = Map.of(
            "canary", List.of("Deployment shop/orders-service-canary: single-replica"),
            "hpa-connections", List.of("HorizontalPodAutoscaler shop/orders-service: connections-as-load"),
            "hpa-memory", List.of("HorizontalPodAutoscaler shop/orders-service: memory-target-on-jvm"),
            "ingress-nginx",
                    List.of(
                            "Ingress shop/frontend: retired-controller",
                            "Ingress shop/orders-service: retired-controller"),
            "session-affinity", List.of("Service shop/orders-service: affinity-defeats-draining"));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void objects_ofEachSetup_areLintClean(Setup setup) throws IOException {
        ManifestLint lint = ManifestLint.of(rendered(setup));

        assertThat(lint.objects()).isGreaterThanOrEqualTo(14);
        assertClean(lint);
    }

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void options_letNothingPassButWhatTheyAreFor(Setup setup) throws IOException {
        ManifestLint lint = ManifestLint.of(rendered(setup));

        assertThat(lint.suppressed().stream().map(each -> each.object() + ": " + each.rule()))
                .containsExactlyInAnyOrderElementsOf(Stream.of(setup.name().split("\\+", -1))
                        .flatMap(option -> LET_PASS.getOrDefault(option, List.of()).stream())
                        .toList());
    }

    /** The controller's idle timeout is in its ConfigMap, the servers' are in ours. */
    @Test
    void ingress_withItsControllersOwnSettings_isLintClean() throws IOException {
        Path controller = Setup.DEPLOY.resolve("ingress-nginx/controller-config.yaml");

        assertClean(ManifestLint.of(rendered(Setup.named("ingress-nginx")), controller));
    }

    private Path rendered(Setup setup) throws IOException {
        return Files.writeString(folder.resolve(setup + ".yaml"), Rendering.helmsText(setup));
    }

    /** Custom resources are reported by notes, which require no fix. */
    private static void assertClean(ManifestLint lint) {
        List<Finding> findings = lint.findings().stream()
                .filter(each -> !(each.rule().equals("unknown-kind") && each.severity() == Severity.NOTE))
                .toList();

        assertThat(findings)
                .as(() -> findings.stream().map(Finding::toString).collect(Collectors.joining("\n")))
                .isEmpty();
    }
}
