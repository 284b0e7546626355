package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.Orders;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Findings that public repositories have shown to be false or less severe there, or to need another fix. */
final class SeverityTest {
    private static final String IDLE = Orders.TEXT
            .replace(
                    "ports: [{name: http, containerPort: 8080}, {name: management, containerPort: 9090}]",
                    "command: [sh, -c, \"touch /tmp/a; sleep 3600\"]")
            .replaceAll("(?m)^.*(readiness|liveness)Probe.*$", "");

    @Test
    void podThatOnlyWaits_needsNoReadiness_andItsShellIsANote() {
        List<Finding> findings = Orders.findings(IDLE);

        assertThat(findings).extracting(Finding::rule).doesNotContain("missing-readiness", "no-wait-for-endpoints");
        assertThat(findings)
                .filteredOn(each -> each.rule().equals("shell-entry-point"))
                .extracting(Finding::severity)
                .containsExactly(Severity.NOTE);
    }

    @Test
    void singleReplicaWithAClaim_hasAnotherFix() {
        String single = Orders.TEXT.replace("replicas: 2", "replicas: 1");
        String store =
                Orders.with(single, "#spec", "volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]");

        assertThat(fix(single)).isEqualTo("replicas: 2");
        assertThat(fix(store)).startsWith("a second replica by the store's own clustering");
    }

    @Test
    void livezOfKubernetesOwnServers_isNoStartThatIsGrantedInVain() {
        String probes = "livenessProbe: {httpGet: {path: /health/live, port: management}}";
        String startup =
                "startupProbe: {httpGet: {path: %s, port: management}}\n          livenessProbe: {httpGet: {path: %1$s, port: management}}";

        assertThat(Orders.rules(Orders.TEXT.replace(probes, startup.formatted("/health/live"))))
                .contains("startup-on-liveness");
        assertThat(Orders.rules(Orders.TEXT.replace(probes, startup.formatted("/livez"))))
                .doesNotContain("startup-on-liveness");
    }

    private static String fix(String text) {
        return Orders.findings(text).stream()
                .filter(each -> each.rule().equals("single-replica"))
                .map(Finding::fix)
                .findFirst()
                .orElseThrow();
    }
}
