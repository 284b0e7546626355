package io.ebbtide.lint;

import io.ebbtide.lint.finding.Finding;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A correct workload behind a Service, except that nothing waits for endpoints, for tests that change it. */
public final class Orders {
    /** The comments are where lines may go: labels and annotations of the pods, their spec, their container. */
    public static final String TEXT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: orders, namespace: shop}
            spec:
              replicas: 2
              selector: {matchLabels: {app: orders}}
              template:
                metadata:
                  labels:
                    app: orders
                    #labels
                  annotations:
                    team: shop
                    #pod
                spec:
                  terminationGracePeriodSeconds: 60
                  #spec
                  containers:
                    - name: app
                      image: acme/orders:1
                      ports: [{name: http, containerPort: 8080}, {name: management, containerPort: 9090}]
                      readinessProbe: {httpGet: {path: /health/ready, port: management}}
                      livenessProbe: {httpGet: {path: /health/live, port: management}}
                      #app
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: orders, namespace: shop}
            spec:
              selector: {app: orders}
              ports: [{name: http, port: 80, targetPort: http}]
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: orders, namespace: shop}
            spec: {maxUnavailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow, selector: {matchLabels: {app: orders}}}
            """;

    private Orders() {}

    /** The manifest with this in place of that comment; the comment's indentation holds for each line. */
    public static String with(String comment, String lines) {
        return with(TEXT, comment, lines);
    }

    public static String with(String text, String comment, String lines) {
        int at = text.indexOf(comment);
        String indentation = text.substring(text.lastIndexOf('\n', at), at);
        return text.replace(comment, lines.strip().replace("\n", indentation));
    }

    public static List<Finding> findings(String text) {
        return ManifestLint.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "orders.yaml")
                .findings();
    }

    public static List<String> rules(String text) {
        return findings(text).stream().map(Finding::rule).toList();
    }

    /** The numbers of each finding of this rule. */
    public static List<String> numbers(String rule, String text) {
        return findings(text).stream()
                .filter(each -> each.rule().equals(rule))
                .map(Finding::numbers)
                .toList();
    }
}
