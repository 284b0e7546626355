package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AutoscaledWorkloadTest {
    private static final String MANIFESTS = """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata:
              name: orders
              namespace: shop
            spec:
              scaleTargetRef:
                apiVersion: apps/v1
                kind: Deployment
                name: orders
              maxReplicas: 010
              metrics: null
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: orders
              namespace: shop
            spec:
              template:
                spec:
                  terminationGracePeriodSeconds: 60
                  containers:
                    - name: main
                      image: orders:1
                      env:
                        - name: EBBTIDE_GRACE
                          value: 60s
                        - name: EBBTIDE_LAME_DUCK
                          value: 15s
                      lifecycle:
                        preStop:
                          sleep:
                            seconds: 2
                      resources:
                        requests:
                          cpu: 250m
                    - name: limited
                      image: proxy:1
                      resources:
                        limits:
                          cpu: "1"
                    - name: bare
                      image: agent:1
            """;

    private static List<AutoscaledWorkload> of(String text) {
        return AutoscaledWorkload.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "test.yaml");
    }

    @Test
    void autoscaler_comesWithItsWorkload() {
        AutoscaledWorkload workload = of(MANIFESTS).get(0);

        assertThat(workload.name()).isEqualTo("HorizontalPodAutoscaler shop/orders");
        assertThat(workload.place()).isEqualTo("test.yaml:1");
        assertThat(workload.isKeda()).isFalse();
        assertThat(workload.spec()).containsEntry("maxReplicas", "8").doesNotContainKey("metrics");
        assertThat(workload.spec().get("scaleTargetRef"))
                .isEqualTo(Map.of("apiVersion", "apps/v1", "kind", "Deployment", "name", "orders"));
        assertThat(workload.serving()).isEqualTo("main");
        assertThat(workload.grace()).isEqualTo(Duration.ofSeconds(60));
        assertThat(workload.preStop()).isEqualTo(Duration.ofSeconds(2));
        assertThat(workload.lameDuck()).contains(Duration.ofSeconds(15));
        assertThat(workload.drain()).isPresent();
    }

    @Test
    void requests_areFilledInAsKubernetesDoes() {
        assertThat(of(MANIFESTS).get(0).requests("cpu")).isEqualTo(Map.of("main", "250m", "limited", "1", "bare", ""));
        assertThat(of(MANIFESTS + """
                        ---
                        apiVersion: v1
                        kind: LimitRange
                        metadata:
                          name: usual
                          namespace: shop
                        spec:
                          limits:
                            - type: Container
                              defaultRequest:
                                cpu: 100m
                        """).get(0).requests("cpu"))
                .containsEntry("bare", "100m")
                .containsEntry("main", "250m");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(MANIFESTS).get(0).requests("disk"))
                .withMessage("resource: disk (expected: cpu or memory)");
    }

    @Test
    void workloadElsewhere_isEmpty() {
        AutoscaledWorkload workload =
                of(MANIFESTS.substring(0, MANIFESTS.indexOf("---"))).get(0);

        assertThat(workload.podSpec()).isEmpty();
        assertThat(workload.requests("cpu")).isEmpty();
        assertThat(workload.drain()).isEmpty();
    }

    @Test
    void unreadable_isRefusedByItsLine_andNothingIsNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of("a: [1\nb: 2"))
                .withMessageStartingWith("test.yaml:2: not YAML");
        assertThat(of("")).isEmpty();
    }
}
