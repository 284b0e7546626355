package io.ebbtide.benchmarks;

import io.ebbtide.lint.ManifestLint;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** How long the linter takes for 1,000 documents: 250 services of four objects each, every tenth with a mistake. */
final class LintTime {
    private static final int SERVICES = 250;
    private static final int WARM_UP = 5;
    private static final int RUNS = 10;
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final String DOCUMENTS = """
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: NAME
            spec:
              minReadySeconds: 10
              strategy:
                rollingUpdate:
                  maxSurge: 1
                  maxUnavailable: 0
              selector:
                matchLabels:
                  app: NAME
              template:
                metadata:
                  labels:
                    app: NAME
                spec:
                  terminationGracePeriodSeconds: 60
                  containers:
                    - name: main
                      image: NAME:1
                      command: ["java", "-jar", "/app/main.jar"]
                      env:
                        - name: EBBTIDE_GRACE
                          value: VALUE
                      ports:
                        - name: http
                          containerPort: 8080
                        - name: management
                          containerPort: 8558
                      startupProbe:
                        httpGet:
                          path: /health/startup
                          port: management
                        periodSeconds: 5
                        failureThreshold: 60
                      livenessProbe:
                        httpGet:
                          path: /health/live
                          port: management
                      readinessProbe:
                        httpGet:
                          path: /health/ready
                          port: management
                        periodSeconds: 5
                        failureThreshold: 1
                      resources:
                        requests:
                          cpu: 250m
                          memory: 384Mi
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: NAME
            spec:
              selector:
                app: NAME
              ports:
                - name: http
                  port: 80
                  targetPort: http
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata:
              name: NAME
            spec:
              scaleTargetRef:
                apiVersion: apps/v1
                kind: Deployment
                name: NAME
              minReplicas: 2
              maxReplicas: 10
              metrics:
                - type: Resource
                  resource:
                    name: cpu
                    target:
                      type: Utilization
                      averageUtilization: 70
              behavior:
                scaleDown:
                  policies:
                    - type: Percent
                      value: 50
                      periodSeconds: 90
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata:
              name: NAME
            spec:
              maxUnavailable: 1
              unhealthyPodEvictionPolicy: AlwaysAllow
              selector:
                matchLabels:
                  app: NAME
            """;

    private LintTime() {}

    static void measure(Results results) {
        byte[] text = documents().getBytes(StandardCharsets.UTF_8);
        results.repeat("1,000 documents, the first time", 1, null, () -> timed(text));
        for (int i = 0; i < WARM_UP; i++) {
            timed(text);
        }
        results.repeat("1,000 documents, warm", RUNS, Bound.below(BOUND), () -> timed(text));
    }

    private static Duration timed(byte[] text) {
        long start = System.nanoTime();
        ManifestLint lint = ManifestLint.of(new ByteArrayInputStream(text), "documents.yaml");
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        if (lint.objects() != 4 * SERVICES || lint.findings().size() != SERVICES / 10) {
            throw new IllegalStateException("%d objects, %d findings (expected: %d and %d):%n%s"
                    .formatted(
                            lint.objects(),
                            lint.findings().size(),
                            4 * SERVICES,
                            SERVICES / 10,
                            lint.findings().stream().findFirst()));
        }
        return taken;
    }

    private static String documents() {
        var text = new StringBuilder();
        for (int i = 0; i < SERVICES; i++) {
            text.append(DOCUMENTS.replace("NAME", "service-" + i).replace("VALUE", i % 10 == 0 ? "90s" : "60s"));
        }
        return text.toString();
    }
}
