package io.ebbtide.lint.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.Orders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkloadTest {
    private static final String JOB = """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: report, namespace: shop}
            spec:
              template:
                metadata: {labels: {app: orders}}
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 10
                  containers:
                    - name: report
                      image: eclipse-temurin:21
                      command: [sh, -c, "java -jar report.jar"]
                      env:
                        - {name: EBBTIDE_GRACE, value: 60s}
                        - {name: EBBTIDE_GARCE, value: 60s}
                        - {name: JAVA_TOOL_OPTIONS, value: -Xrs}
            """;
    private static final String CRON_JOB =
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: report, namespace: shop}\n"
                    + "spec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n"
                    + JOB.substring(JOB.indexOf("spec:")).indent(4);

    @ParameterizedTest
    @ValueSource(strings = {"Job", "CronJob"})
    void podsOfAJob_endLikeAllOthers(String kind) {
        assertThat(Orders.rules(kind.equals("Job") ? JOB : CRON_JOB))
                .containsExactlyInAnyOrder("grace-mismatch", "shell-entry-point", "reduced-signals", "unknown-setting");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Job", "CronJob"})
    void podsOfAJob_areNeitherServedNorCounted_evenIfAServiceMatchesTheirLabels(String kind) {
        String job = (kind.equals("Job") ? JOB : CRON_JOB)
                .replace(
                        "command: [sh, -c, \"java -jar report.jar\"]",
                        "readinessProbe: {httpGet: {path: /health/live, port: 80}}")
                .replaceAll("- \\{name: (EBBTIDE_GARCE|JAVA_TOOL_OPTIONS).*", "")
                .replace("value: 60s", "value: 10s");
        String text = Orders.with("#app", "lifecycle: {preStop: {sleep: {seconds: 7}}}") + "---\n" + job;

        assertThat(Orders.rules(text)).isEmpty();
    }

    /** A canary of one replica is alone, although Prometheus' Service selects the stable pods, too. */
    @Test
    void serviceForPrometheus_bringsNoRequests() {
        String monitoring =
                "---\napiVersion: v1\nkind: Service\nmetadata: {name: scraped, namespace: shop, labels: {scrape: me}}\n"
                        + "spec: {CLUSTER ports: [{name: management, port: 9090}], selector: {team: shop}}\n"
                        + "---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a, namespace: shop}\n"
                        + "spec: {selector: {matchLabels: {scrape: me}}, endpoints: [{port: management}]}\n"
                        + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other, namespace: shop}\n"
                        + "spec: {replicas: 3, selector: {matchLabels: {team: shop, app: other}}, template: {metadata: {labels: "
                        + "{team: shop, app: other}}, spec: {containers: [{name: a, image: a}]}}}\n";
        String alone = Orders.with("#labels", "team: shop").replace("replicas: 2", "replicas: 1");

        assertThat(Orders.rules(alone + monitoring.replace("CLUSTER", "clusterIP: None,")))
                .contains("single-replica");
        assertThat(Orders.rules(alone + monitoring.replace("CLUSTER", ""))).doesNotContain("single-replica");
    }
}
