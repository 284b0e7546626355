package io.ebbtide.benchmarks;

/** Manifests to lint. */
final class LintInput {
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

    private LintInput() {}

    /** Four objects for each of these services; every tenth service has a mistake. */
    static String services(int from, int to) {
        var text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(named("service-" + i, DOCUMENTS).replace("VALUE", i % 10 == 0 ? "90s" : "60s"));
        }
        return text.toString();
    }

    /** As many Deployments as Services, each of which selects all their pods: what is judged is each pair. */
    static String pairs(int number) {
        String[] documents = DOCUMENTS.replace("app: NAME", "app: all").split("---\n", -1);
        String deployment = documents[1].replace("  minReadySeconds", "  replicas: 2\n  minReadySeconds");
        String service = documents[2]
                .replace("spec:\n", "spec:\n  type: LoadBalancer\n  sessionAffinity: ClientIP\n")
                .replace("  name: NAME\n", """
                          name: NAME
                          annotations:
                            service.beta.kubernetes.io/aws-load-balancer-type: external
                        """);
        var text = new StringBuilder();
        for (int i = 0; i < number; i++) {
            text.append("---\n").append(named("workload-" + i, deployment).replace("VALUE", "60s"));
            text.append("---\n").append(named("service-" + i, service));
        }
        return text.toString();
    }

    private static String named(String name, String documents) {
        return documents.replace("NAME", name);
    }
}
