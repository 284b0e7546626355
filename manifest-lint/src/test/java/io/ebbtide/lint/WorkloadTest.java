package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;

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
}
