package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.annotations.SerializedName;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The schema in the jar is what Kubernetes' own Java client says; {@code target/kubernetes-schema.txt} is the new one. */
final class KubernetesSchemaTest {
    private static final String MODELS = "io.kubernetes.client.openapi.models.";
    private static final Map<String, String> KINDS = new TreeMap<>(Map.ofEntries(
            Map.entry("v1 ConfigMap", "V1ConfigMap"),
            Map.entry("v1 Endpoints", "V1Endpoints"),
            Map.entry("v1 Event", "CoreV1Event"),
            Map.entry("v1 LimitRange", "V1LimitRange"),
            Map.entry("v1 Namespace", "V1Namespace"),
            Map.entry("v1 Node", "V1Node"),
            Map.entry("v1 PersistentVolume", "V1PersistentVolume"),
            Map.entry("v1 PersistentVolumeClaim", "V1PersistentVolumeClaim"),
            Map.entry("v1 Pod", "V1Pod"),
            Map.entry("v1 PodTemplate", "V1PodTemplate"),
            Map.entry("v1 ReplicationController", "V1ReplicationController"),
            Map.entry("v1 ResourceQuota", "V1ResourceQuota"),
            Map.entry("v1 Secret", "V1Secret"),
            Map.entry("v1 Service", "V1Service"),
            Map.entry("v1 ServiceAccount", "V1ServiceAccount"),
            Map.entry("admissionregistration.k8s.io/v1 MutatingWebhookConfiguration", "V1MutatingWebhookConfiguration"),
            Map.entry(
                    "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
                    "V1ValidatingWebhookConfiguration"),
            Map.entry("admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy", "V1ValidatingAdmissionPolicy"),
            Map.entry(
                    "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding",
                    "V1ValidatingAdmissionPolicyBinding"),
            Map.entry("apiextensions.k8s.io/v1 CustomResourceDefinition", "V1CustomResourceDefinition"),
            Map.entry("apiregistration.k8s.io/v1 APIService", "V1APIService"),
            Map.entry("apps/v1 ControllerRevision", "V1ControllerRevision"),
            Map.entry("apps/v1 DaemonSet", "V1DaemonSet"),
            Map.entry("apps/v1 Deployment", "V1Deployment"),
            Map.entry("apps/v1 ReplicaSet", "V1ReplicaSet"),
            Map.entry("apps/v1 StatefulSet", "V1StatefulSet"),
            Map.entry("autoscaling/v1 HorizontalPodAutoscaler", "V1HorizontalPodAutoscaler"),
            Map.entry("autoscaling/v2 HorizontalPodAutoscaler", "V2HorizontalPodAutoscaler"),
            Map.entry("batch/v1 CronJob", "V1CronJob"),
            Map.entry("batch/v1 Job", "V1Job"),
            Map.entry("coordination.k8s.io/v1 Lease", "V1Lease"),
            Map.entry("discovery.k8s.io/v1 EndpointSlice", "V1EndpointSlice"),
            Map.entry("networking.k8s.io/v1 Ingress", "V1Ingress"),
            Map.entry("networking.k8s.io/v1 IngressClass", "V1IngressClass"),
            Map.entry("networking.k8s.io/v1 NetworkPolicy", "V1NetworkPolicy"),
            Map.entry("policy/v1 PodDisruptionBudget", "V1PodDisruptionBudget"),
            Map.entry("rbac.authorization.k8s.io/v1 ClusterRole", "V1ClusterRole"),
            Map.entry("rbac.authorization.k8s.io/v1 ClusterRoleBinding", "V1ClusterRoleBinding"),
            Map.entry("rbac.authorization.k8s.io/v1 Role", "V1Role"),
            Map.entry("rbac.authorization.k8s.io/v1 RoleBinding", "V1RoleBinding"),
            Map.entry("scheduling.k8s.io/v1 PriorityClass", "V1PriorityClass"),
            Map.entry("storage.k8s.io/v1 CSIDriver", "V1CSIDriver"),
            Map.entry("storage.k8s.io/v1 StorageClass", "V1StorageClass")));

    private final Map<String, String> types = new TreeMap<>();
    private final Deque<Class<?>> open = new ArrayDeque<>();

    @Test
    void resource_isWhatTheClientSays() throws Exception {
        var text = new StringBuilder();
        for (Map.Entry<String, String> kind : KINDS.entrySet()) {
            text.append(kind.getKey()).append(" = ").append(kind.getValue()).append('\n');
            see(Class.forName(MODELS + kind.getValue()));
        }
        while (!open.isEmpty()) {
            describe(open.remove());
        }
        types.forEach(
                (name, fields) -> text.append(name).append(":").append(fields).append('\n'));
        Files.writeString(Path.of("target", "kubernetes-schema.txt"), text);

        String resource;
        try (var stream = Schema.class.getResourceAsStream("kubernetes-schema.txt")) {
            resource = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(resource).isEqualTo(text.toString());
    }

    private void see(Class<?> type) {
        if (types.putIfAbsent(type.getSimpleName(), "") == null) {
            open.add(type);
        }
    }

    @SuppressWarnings("unchecked")
    private void describe(Class<?> type) throws Exception {
        var required = new TreeSet<>(
                (Set<String>) type.getField("openapiRequiredFields").get(null));
        var fields = new TreeMap<String, String>();
        for (Field field : type.getDeclaredFields()) {
            SerializedName name = field.getAnnotation(SerializedName.class);
            if (!Modifier.isStatic(field.getModifiers()) && name != null) {
                fields.put(name.value(), name(field.getGenericType()) + (required.contains(name.value()) ? "!" : ""));
            }
        }
        assertThat(fields.keySet()).isEqualTo(new TreeSet<>((Set<String>)
                type.getField("openapiFields").get(null)));
        var text = new StringBuilder();
        fields.forEach(
                (field, what) -> text.append(' ').append(field).append('=').append(what));
        types.put(type.getSimpleName(), text.toString());
    }

    private String name(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] of = generic.getActualTypeArguments();
            return Collection.class.isAssignableFrom((Class<?>) generic.getRawType())
                    ? "[" + name(of[0]) + "]"
                    : "{" + name(of[1]) + "}";
        }
        Class<?> plain = (Class<?>) type;
        return switch (plain.getSimpleName()) {
            case "String", "OffsetDateTime", "byte[]" -> "string";
            case "Integer", "Long" -> "int";
            case "Double", "BigDecimal", "Float" -> "number";
            case "Boolean" -> "bool";
            case "IntOrString" -> "int-or-string";
            case "Quantity" -> "quantity";
            case "Object", "V1Patch" -> "any";
            default -> {
                assertThat(plain.getName()).startsWith(MODELS);
                see(plain);
                yield plain.getSimpleName();
            }
        };
    }
}
