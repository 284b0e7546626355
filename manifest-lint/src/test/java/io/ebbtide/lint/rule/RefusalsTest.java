package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.Orders;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cases that the API server refuses although its schema allows them: one wrong manifest each, beside one that the server accepts. */
final class RefusalsTest {
    private static final String POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {%s}\n";
    private static final String CONTAINER = "containers: [{name: a, image: \"a:1\"%s}]";
    private static final String SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {%s}\n";
    private static final String DEPLOYMENT =
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {selector: {matchLabels: {app: a}}, "
                    + "template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: \"a:1\"}]}}%s}\n";
    private static final String AUTOSCALER =
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {maxReplicas: 3, "
                    + "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}%s}\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "livenessProbe: {periodSeconds: 5} | missing-field",
                "livenessProbe: {tcpSocket: {port: 1}, exec: {command: [a]}} | exclusive-fields",
                "livenessProbe: {tcpSocket: {port: 1}, periodSeconds: -1} | invalid-value",
                "livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2} | invalid-value",
                "readinessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 5} | invalid-value",
                "readinessProbe: {httpGet: {port: http-management-port}} | invalid-value",
                "lifecycle: {preStop: {}} | missing-field",
                "lifecycle: {preStop: {sleep: {seconds: 1}, exec: {command: [a]}}} | exclusive-fields",
                "imagePullPolicy: always | invalid-value",
                "ports: [{containerPort: 70000}] | invalid-value",
                "ports: [{containerPort: 80, name: a--b}] | invalid-value",
                "ports: [{containerPort: 80, protocol: tcp}] | invalid-value",
                "env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}] | exclusive-fields",
                "resources: {requests: {memory: 1Gi}, limits: {memory: 512Mi}} | invalid-value",
                "volumeMounts: [{name: data, mountPath: /data}] | invalid-value",
                "lifecycle: {preStop: {sleep: {seconds: 31}}} | invalid-value",
                "lifecycle: {postStart: {sleep: {seconds: -1}}} | invalid-value"
            })
    void container_isRefused(String field, String rule) {
        assertThat(Orders.rules(POD.formatted(CONTAINER.formatted(", " + field))))
                .contains(rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 0, terminationGracePeriodSeconds: 1}",
                "lifecycle: {preStop: {sleep: {seconds: 0}}}",
                "lifecycle: {preStop: {sleep: {}}}",
                "env: [{name: A, value: \"\", valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
                "env: [{name: A}]",
                "ports: [{containerPort: 80, name: http}, {containerPort: 81, name: http2}]",
                "resources: {requests: {memory: 512Mi, cpu: 1}, limits: {memory: 1Gi, cpu: 1000m}}",
                "livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: Host}]}}"
            })
    void container_isTaken(String field) {
        assertThat(Orders.findings(POD.formatted(CONTAINER.formatted(", " + field))))
                .extracting(Finding::severity)
                .doesNotContain(Severity.ERROR);
    }

    /** Unusual manifests that the server accepts: pkg/apis of Kubernetes 1.34.9, 1.35.6 and 1.36.3. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "policy/v1 | PodDisruptionBudget | {name: My_Budget} | 'spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}'",
                "authorization.k8s.io/v1 | SelfSubjectAccessReview | {} | 'spec: {resourceAttributes: {verb: get, resource: pods}}'",
                "batch/v1 | CronJob | {name: a} | 'spec: {schedule: \" 0  3 * * *\\n\", jobTemplate: {metadata: {labels: {a: \"b c\"}}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: \"a:1\"}]}}}}}'",
                "v1 | Service | {name: a} | 'spec: {selector: {app: a}, ports: [{port: 80, targetPort: \"\"}]}'",
                "v1 | LimitRange | {name: a} | 'spec: {}'",
                "storage.k8s.io/v1 | CSIDriver | {name: a} | ''",
                "networking.k8s.io/v1 | Ingress | {name: a} | 'spec: {defaultBackend: {service: {name: a, port: {name: http, number: 0}}}}'",
                "v1 | Secret | {name: a} | '{type: kubernetes.io/tls, data: {tls.crt: , tls.key: }}'"
            })
    void object_isTaken(String version, String kind, String metadata, String rest) {
        String text = rest == null
                ? ""
                : rest.startsWith("{") ? rest.substring(1, rest.length() - 1).replace(", data", "\ndata") : rest;

        assertThat(Orders.findings(
                        "apiVersion: %s\nkind: %s\nmetadata: %s\n%s\n".formatted(version, kind, metadata, text)))
                .filteredOn(finding -> finding.severity() == Severity.ERROR)
                .extracting(Finding::toString)
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "apps/v1 | StatefulSet | {name: a.b}",
                "batch/v1 | Job | {name: a-name-of-more-than-sixty-three-characters-which-is-a-label-of-its-pods}",
                "storage.k8s.io/v1 | StorageClass | {name: a}, provisioner: a, reclaimPolicy: Recycle"
            })
    void object_isRefused(String version, String kind, String metadata) {
        String text = metadata.replace(", provisioner", "\nprovisioner").replace(", reclaimPolicy", "\nreclaimPolicy");

        assertThat(Orders.rules("apiVersion: %s\nkind: %s\nmetadata: %s\n".formatted(version, kind, text)))
                .contains("invalid-value");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "selector: {app: a} | missing-field",
                "type: ExternalName | missing-field",
                "ports: [{port: 80}, {port: 81}] | missing-field",
                "ports: [{port: 80, name: a}, {port: 81, name: a}] | invalid-value",
                "ports: [{port: 80, name: a}, {port: 80, name: b}] | invalid-value",
                "ports: [{port: 80, name: Http}] | invalid-value",
                "ports: [{port: 80, targetPort: a-name-that-is-too-long}] | invalid-value",
                "ports: [{port: 80}], type: loadbalancer | invalid-value",
                "ports: [{port: 80}], type: NodePort, clusterIP: None | exclusive-fields",
                "ports: [{port: 80, nodePort: 30080}] | exclusive-fields",
                "ports: [{port: 80}], externalTrafficPolicy: Local | exclusive-fields",
                "externalName: a.example, type: ExternalName, externalTrafficPolicy: Cluster | exclusive-fields"
            })
    void service_isRefused(String spec, String rule) {
        assertThat(Orders.rules(SERVICE.formatted(spec))).contains(rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clusterIP: None, selector: {app: a}",
                "type: ExternalName, externalName: a.example",
                "ports: [{port: 53, name: udp, protocol: UDP}, {port: 53, name: tcp}]",
                "ports: [{port: 80, name: a-name-of-a-service-port-may-be-longer}]",
                "ports: [{port: 80, nodePort: 0}]",
                "ports: [{port: 80, nodePort: 30080}], type: NodePort, externalTrafficPolicy: Local",
                "ports: [{port: 80}], externalIPs: [192.0.2.1], externalTrafficPolicy: Local"
            })
    void service_isTaken(String spec) {
        assertThat(Orders.findings(SERVICE.formatted(spec)))
                .extracting(Finding::severity)
                .doesNotContain(Severity.ERROR);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas: -1 | invalid-value",
                "minReadySeconds: 600 , progressDeadlineSeconds: 600 | invalid-value",
                "minReadySeconds: 600 | invalid-value",
                "strategy: {type: recreate} | invalid-value",
                "strategy: {type: Recreate, rollingUpdate: {}} | exclusive-fields",
                "strategy: {rollingUpdate: {maxSurge: 0%, maxUnavailable: 0}} | invalid-value"
            })
    void deployment_isRefused(String field, String rule) {
        assertThat(Orders.rules(DEPLOYMENT.formatted(", " + field))).contains(rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{rollingUpdate: {maxSurge: 1}} | true",
                "{rollingUpdate: {maxSurge: 10%, maxUnavailable: 1}} | true",
                "{rollingUpdate: {maxSurge: 0, maxUnavailable: 0}} | true",
                "{rollingUpdate: {maxUnavailable: 0}} | true",
                "{rollingUpdate: {maxSurge: 1, maxUnavailable: 0}} | false",
                "{rollingUpdate: {maxUnavailable: 2}} | false",
                "{rollingUpdate: {}} | false",
                "{type: OnDelete} | false"
            })
    void daemonSet_surgesOrTakesAway(String strategy, boolean isRefused) {
        String text =
                DEPLOYMENT.replace("kind: Deployment", "kind: DaemonSet").formatted(", updateStrategy: " + strategy);

        assertThat(Orders.rules(text).contains("invalid-value")).isEqualTo(isRefused);
    }

    @ParameterizedTest
    @CsvSource({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
    void podsThatAreAlwaysRestarted_haveNoDeadline(String kind) {
        String text = DEPLOYMENT.replace("kind: Deployment", "kind: " + kind).formatted("");

        assertThat(Orders.rules(text)).doesNotContain("exclusive-fields");
        assertThat(Orders.rules(text.replace("spec: {containers", "spec: {activeDeadlineSeconds: 60, containers")))
                .contains("exclusive-fields");
    }

    @Test
    void selector_mustBeTrueOfTheTemplatesLabels() {
        String text = DEPLOYMENT.formatted("");

        assertThat(Orders.findings(text)).isEmpty();
        assertThat(Orders.rules(text.replace("labels: {app: a}", "labels: {app: b}")))
                .contains("invalid-value");
        assertThat(Orders.rules(text.replace("{matchLabels: {app: a}}", "{}"))).contains("invalid-value");
        assertThat(Orders.findings(text.replace(
                        "{matchLabels: {app: a}}", "{matchExpressions: [{key: app, operator: In, values: [a, b]}]}")))
                .isEmpty();
        assertThat(Orders.rules(text.replace(
                        "{matchLabels: {app: a}}", "{matchExpressions: [{key: app, operator: DoesNotExist}]}")))
                .contains("invalid-value");
        assertThat(Orders.rules(text.replace("spec: {containers", "spec: {restartPolicy: Never, containers")))
                .contains("invalid-value");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metrics: [{type: Resource}] | missing-field",
                "metrics: [{type: resource}] | invalid-value",
                "metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}] | missing-field",
                "behavior: {scaleDown: {policies: [{type: Pods, value: 0, periodSeconds: 60}]}} | invalid-value",
                "behavior: {scaleDown: {policies: [{type: Pods, value: 1, periodSeconds: 3600}]}} | invalid-value",
                "behavior: {scaleDown: {stabilizationWindowSeconds: 7200}} | invalid-value",
                "behavior: {scaleDown: {selectPolicy: none}} | invalid-value"
            })
    void autoscaler_isRefused(String field, String rule) {
        assertThat(Orders.rules(AUTOSCALER.formatted(", " + field))).contains(rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v1 | Secret | data: {a: \"not base 64\"} | wrong-type",
                "v1 | Secret | data: {a: YQ} | wrong-type",
                "v1 | Secret | data: {a: YQ==} |",
                "v1 | Secret | data: {\"a b\": YQ==} | invalid-value",
                "v1 | Secret | type: kubernetes.io/tls | missing-field",
                "v1 | Secret | stringData: {a: 5} | wrong-type",
                "v1 | ConfigMap | data: {\"a/b\": x} | invalid-value",
                "networking.k8s.io/v1 | Ingress | spec: {} | missing-field",
                "networking.k8s.io/v1 | Ingress | spec: {rules: [{http: {paths: [{path: a, pathType: Prefix, backend: {service: {name: a, port: {number: 1}}}}]}}]} | invalid-value",
                "networking.k8s.io/v1 | Ingress | spec: {defaultBackend: {service: {name: a, port: {number: 1, name: b}}}} | exclusive-fields",
                "v1 | PersistentVolumeClaim | spec: {accessModes: [ReadWriteOnce]} | missing-field",
                "batch/v1 | CronJob | spec: {schedule: daily, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}}} | invalid-value",
                "batch/v1 | CronJob | spec: {schedule: \"*/5 * * * *\", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}}} |",
                "batch/v1 | Job | spec: {template: {spec: {restartPolicy: Always, containers: [{name: a, image: a}]}}} | invalid-value",
                "policy/v1 | PodDisruptionBudget | spec: {unhealthyPodEvictionPolicy: always} | invalid-value"
            })
    void object_isRefused(String apiVersion, String kind, String fields, String rule) {
        String text = "apiVersion: %s\nkind: %s\nmetadata: {name: a}\n%s\n".formatted(apiVersion, kind, fields);

        if (rule == null) {
            assertThat(Orders.findings(text)).extracting(Finding::severity).doesNotContain(Severity.ERROR);
        } else {
            assertThat(Orders.rules(text)).contains(rule);
        }
    }

    @Test
    void valueOfASecret_isNeverShown() {
        String text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: hunter2!}\nstringData: {b: 4711}\n";

        assertThat(Orders.findings(text))
                .filteredOn(each -> each.rule().equals("wrong-type"))
                .hasSize(2)
                .allSatisfy(each -> {
                    assertThat(each.numbers() + each.fix())
                            .doesNotContain("hunter2")
                            .doesNotContain("4711");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v1 | Deployment | v1 Deployment: Kubernetes 1.37 serves Deployment in apps/v1",
                "apps/v1 | deployment | apps/v1 deployment: Kubernetes 1.37 serves Deployment in apps/v1",
                "apps/v2 | Deployment | apps/v2 Deployment: Kubernetes 1.37 serves Deployment in apps/v1",
                "app/v1 | Deployment | app/v1 Deployment: Kubernetes 1.37 serves Deployment in apps/v1",
                "networking/v1 | Ingress | networking/v1 Ingress: Kubernetes 1.37 serves Ingress in networking.k8s.io/v1",
                "apps/v1 | Application | apps/v1 Application: Kubernetes 1.37 serves no such kind"
            })
    void kindThatNoServerServes_isAnError(String apiVersion, String kind, String numbers) {
        String text = "apiVersion: %s\nkind: %s\nmetadata: {name: a}\n".formatted(apiVersion, kind);

        assertThat(Orders.numbers("no-such-kind", text)).containsExactly(numbers);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serving.knative.dev/v1 | Service",
                "networking.internal.knative.dev/v1 | Ingress",
                "snapshot.storage.k8s.io/v1 | VolumeSnapshot",
                "release-notes/v2 | feature"
            })
    void kindOfACustomResource_isNoError(String apiVersion, String kind) {
        String text = "apiVersion: %s\nkind: %s\nmetadata: {name: a}\n".formatted(apiVersion, kind);

        assertThat(Orders.rules(text)).containsExactly("unknown-kind");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas: \"${REPLICAS}\"",
                "replicas: \"{{ .Values.replicas }}\"",
                "minReadySeconds: \"${READY:=5}\""
            })
    void valueThatIsFilledInLater_isANoteAlone(String field) {
        assertThat(Orders.rules(DEPLOYMENT.formatted(", " + field))).containsExactly("unrendered-value");
    }
}
