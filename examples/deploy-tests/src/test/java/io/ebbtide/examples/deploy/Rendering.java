package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What a setup comes to: its objects by kind and name. Immutable. */
record Rendering(Map<String, JsonNode> objects) {
    static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());
    private static final Path FOLDER = Path.of("target/kustomize");
    private static final Map<Setup, String> HELMS_TEXTS = new ConcurrentHashMap<>();
    private static final Map<Setup, Rendering> BY_HELM = new ConcurrentHashMap<>();

    /** By {@code kubectl kustomize}. */
    static Rendering byKustomize(Setup setup) {
        Tool.Result result = kustomize(setup);
        assertThat(result.errors()).isEmpty();
        return of(result.output());
    }

    /** What {@code kubectl kustomize} says of it. */
    static Tool.Result kustomize(Setup setup) {
        Path folder = FOLDER.resolve(setup.name());
        String up = "../../../../deploy/kustomize/";
        String components = setup.components().stream()
                .map(component -> up + "components/" + component)
                .collect(Collectors.joining(", "));
        String kustomization = """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                namespace: %s
                resources: [%s]
                components: [%s]
                """.formatted(setup.namespace(), up + setup.root(), components);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("kustomization.yaml"), kustomization);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Tool.KUBECTL.run(folder, "kustomize", ".");
    }

    /** By Helm, once for each setup. */
    static Rendering byHelm(Setup setup) {
        return BY_HELM.computeIfAbsent(setup, wanted -> of(helmsText(wanted)));
    }

    /** As Helm writes it, with the comments that name its templates; once for each setup. */
    static String helmsText(Setup setup) {
        return HELMS_TEXTS.computeIfAbsent(
                setup, wanted -> template(wanted.namespace(), wanted.values()).call());
    }

    /** A command of Helm's, not yet called. */
    static TemplateCommand template(String namespace, List<String> values) {
        assumeHelm();
        TemplateCommand command = new Helm(Setup.CHART)
                .template()
                .withName("shop")
                .withNamespace(namespace)
                .withKubeVersion("v1.34.0");
        values.forEach(file -> command.withValuesFile(Setup.CHART.resolve(file)));
        return command;
    }

    /** Skips the test where Helm does not run. */
    static void assumeHelm() {
        boolean linux = System.getProperty("os.name").equals("Linux");
        boolean amd64 = System.getProperty("os.arch").equals("amd64");
        assumeTrue(linux && amd64, "Helm comes with the tests for Linux on amd64 alone");
    }

    /** Reads documents strictly: a key that comes twice is an error, and so is an object that does. */
    static Rendering of(String yaml) {
        var objects = new TreeMap<String, JsonNode>();
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            while (documents.hasNextValue()) {
                JsonNode object = documents.nextValue();
                if (object != null && !object.isEmpty()) {
                    String name = object.at("/kind").asText() + " "
                            + object.at("/metadata/name").asText();
                    assertThat(objects.put(name, object))
                            .as(name + " comes twice")
                            .isNull();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Rendering(objects);
    }

    /**
     * Without what the two may differ in: Helm's release lives in the namespace and cannot make it, and Helm alone must be configured
     * to keep what pods still name.
     */
    Rendering comparable() {
        var same = new TreeMap<String, JsonNode>();
        objects.forEach((name, object) -> {
            if (!name.startsWith("Namespace ")) {
                JsonNode copy = object.deepCopy();
                if (copy.at("/metadata/annotations") instanceof ObjectNode annotations) {
                    annotations.remove("helm.sh/resource-policy");
                    if (annotations.isEmpty()) {
                        ((ObjectNode) copy.get("metadata")).remove("annotations");
                    }
                }
                same.put(name, copy);
            }
        });
        return new Rendering(same);
    }

    boolean has(String name) {
        return objects.containsKey(name);
    }

    /** An object of that kind and name. */
    JsonNode get(String name) {
        assertThat(objects).containsKey(name);
        return objects.get(name);
    }

    /** The object whose name begins so; the rest is a hash. */
    JsonNode startingWith(String prefix) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + prefix + " among " + objects.keySet()));
    }
}
