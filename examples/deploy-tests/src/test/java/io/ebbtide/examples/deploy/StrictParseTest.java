package io.ebbtide.examples.deploy;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** No field is misspelt, misplaced or of another type. */
final class StrictParseTest {
    private static final JsonMapper MODEL = JsonMapper.builder().build();

    private static final Map<String, Class<?>> KINDS = Map.ofEntries(
            entry("v1/ConfigMap", ConfigMap.class),
            entry("v1/LimitRange", LimitRange.class),
            entry("v1/Namespace", Namespace.class),
            entry("v1/PersistentVolumeClaim", PersistentVolumeClaim.class),
            entry("v1/ResourceQuota", ResourceQuota.class),
            entry("v1/Service", Service.class),
            entry("v1/ServiceAccount", ServiceAccount.class),
            entry("apps/v1/Deployment", Deployment.class),
            entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            entry("batch/v1/CronJob", CronJob.class),
            entry("gateway.networking.k8s.io/v1/Gateway", Gateway.class),
            entry("gateway.networking.k8s.io/v1/HTTPRoute", HTTPRoute.class),
            entry("networking.k8s.io/v1/Ingress", Ingress.class),
            entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            entry("rbac.authorization.k8s.io/v1/Role", Role.class),
            entry("rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class));

    @Test
    void objects_ofEachSetup_haveKnownFieldsAlone() {
        var distinct = new HashMap<JsonNode, String>();
        Setup.all()
                .forEach(setup -> Rendering.byHelm(setup)
                        .objects()
                        .forEach((name, object) -> distinct.put(object, name + " of " + setup)));

        assertThat(distinct)
                .hasSizeGreaterThan(60)
                .allSatisfy((object, name) ->
                        assertThat(unknownFields(object)).as(name).isEmpty());
    }

    @Test
    void manifests_thatAreNotRendered_haveKnownFieldsAlone() throws IOException {
        String yaml = Files.readString(Setup.DEPLOY.resolve("ingress-nginx/controller-config.yaml"));

        assertThat(Rendering.of(yaml).objects())
                .hasSize(1)
                .allSatisfy((name, object) ->
                        assertThat(unknownFields(object)).as(name).isEmpty());
    }

    @Test
    void files_ofYaml_haveNoKeyTwice() throws IOException {
        try (Stream<Path> files = Files.walk(Setup.DEPLOY)) {
            List<Path> yaml = files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.toString().contains("/templates/"))
                    .toList();

            assertThat(yaml).hasSizeGreaterThan(60).allSatisfy(file -> {
                try (var documents = Rendering.YAML.readerFor(JsonNode.class).readValues(file.toFile())) {
                    assertThat(documents.readAll()).isNotEmpty();
                }
            });
        }
    }

    @Test
    void comments_ofYaml_endNoBlock() throws IOException {
        try (Stream<Path> files = Files.walk(Setup.DEPLOY)) {
            assertThat(files.filter(file -> file.toString().endsWith(".yaml")))
                    .allSatisfy(file -> assertThat(Files.readAllLines(file))
                            .noneMatch(line -> line.stripLeading().startsWith("#") && line.endsWith("|")));
        }
    }

    @Test
    void unknownFields_ofMisspeltOnes_areNamed() {
        JsonNode object = Rendering.of("""
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: x}
                        spec:
                          minReadySecond: 5
                          template: {spec: {containers: [{name: x, livenessProbe: {httpget: {path: /}}}]}}
                        """).get("Deployment x");

        assertThat(unknownFields(object))
                .containsExactlyInAnyOrder(
                        "spec.minReadySecond", "spec.template.spec.containers[0].livenessProbe.httpget");
    }

    @Test
    void unknownFields_ofCustomResources_areNamed() {
        JsonNode object = Rendering.of("""
                        apiVersion: gateway.envoyproxy.io/v1alpha1
                        kind: BackendTrafficPolicy
                        metadata: {name: x}
                        spec: {timeout: {http: {idleTimeout: 60s}}}
                        """).get("BackendTrafficPolicy x");

        assertThat(unknownFields(object)).containsExactly("spec.timeout.http.idleTimeout");
    }

    private static List<String> unknownFields(JsonNode object) {
        String kind =
                object.at("/apiVersion").asText() + "/" + object.at("/kind").asText();
        var found = new ArrayList<String>();
        if (KINDS.containsKey(kind)) {
            unknown(MODEL.readValue(object.toString(), KINDS.get(kind)), "", found);
        } else {
            Set<String> known = customFields(object.at("/kind").asText());
            for (String field : fields(object.get("spec"), "spec")) {
                if (!known.contains(field)) {
                    found.add(field);
                }
            }
        }
        return found;
    }

    /** The model keeps what it does not know in {@code additionalProperties}. */
    private static void unknown(Object value, String path, List<String> found) {
        if (value instanceof Collection<?> items) {
            int index = 0;
            for (Object item : items) {
                unknown(item, path + "[" + index++ + "]", found);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> unknown(item, path + "." + key, found));
        } else if (value != null && value.getClass().getName().startsWith("io.fabric8")) {
            for (Method method : value.getClass().getMethods()) {
                if (method.getParameterCount() == 0 && method.getName().startsWith("get")) {
                    String name = method.getName().substring(3);
                    Object next = call(method, value);
                    if (name.equals("AdditionalProperties")) {
                        ((Map<?, ?>) next).keySet().forEach(key -> found.add((path + "." + key).substring(1)));
                    } else if (!value.getClass().isEnum()) {
                        unknown(next, path + "." + Character.toLowerCase(name.charAt(0)) + name.substring(1), found);
                    }
                }
            }
        }
    }

    private static Object call(Method method, Object target) {
        try {
            return method.invoke(target);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method.toString(), e);
        }
    }

    /** Where a custom resource may have a value; list items count as their list. */
    private static Set<String> fields(JsonNode node, String path) {
        var paths = new TreeSet<String>();
        if (node.isObject()) {
            node.properties().forEach(field -> paths.addAll(fields(field.getValue(), path + "." + field.getKey())));
        } else if (node.isArray()) {
            node.forEach(item -> paths.addAll(fields(item, path)));
        } else {
            paths.add(path);
        }
        return paths;
    }

    private static Set<String> customFields(String kind) {
        try (Stream<String> lines = Files.lines(Path.of("src/test/resources/custom-resources.txt"))) {
            Set<String> fields = lines.filter(line -> line.startsWith(kind + " "))
                    .map(line -> line.substring(kind.length() + 1))
                    .collect(Collectors.toSet());
            assertThat(fields).as("known fields of " + kind).isNotEmpty();
            return fields;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
