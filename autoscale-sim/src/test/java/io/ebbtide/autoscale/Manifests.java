package io.ebbtide.autoscale;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Manifests of one service, for tests. */
final class Manifests {
    static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: orders
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
                        - name: EBBTIDE_DRAIN
                          value: 29s
                        - name: EBBTIDE_STOP
                          value: 10s
                        - name: EBBTIDE_MARGIN
                          value: 6s
                      readinessProbe:
                        httpGet:
                          path: /health/ready
                          port: 8558
                        periodSeconds: 5
                      resources:
                        requests:
                          cpu: 250m
                          memory: 512Mi
            """;

    private Manifests() {}

    /** An autoscaler of these bounds; metrics and behaviour as in its spec. */
    static String hpa(int min, int max, String rest) {
        return """
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata:
                  name: orders
                spec:
                  scaleTargetRef:
                    apiVersion: apps/v1
                    kind: Deployment
                    name: orders
                  minReplicas: %d
                  maxReplicas: %d
                """.formatted(min, max) + rest.indent(2);
    }

    static String cpu(int percent) {
        return """
                metrics:
                  - type: Resource
                    resource:
                      name: cpu
                      target:
                        type: Utilization
                        averageUtilization: %d
                """.formatted(percent);
    }

    static String pods(String metric, String average) {
        return """
                metrics:
                  - type: Pods
                    pods:
                      metric:
                        name: %s
                      target:
                        type: AverageValue
                        averageValue: %s
                """.formatted(metric, average);
    }

    static AutoscaleSimulation simulation(String autoscaler) {
        return AutoscaleSimulation.of(stream(DEPLOYMENT + "---\n" + autoscaler), "test.yaml");
    }

    static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
