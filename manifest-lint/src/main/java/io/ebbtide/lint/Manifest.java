package io.ebbtide.lint;

import java.util.List;
import java.util.Map;

/**
 * One Kubernetes object as written. Immutable.
 *
 * @param origin where it was read
 * @param kustomization what kustomize does with its file
 * @param root the object
 * @param duplicates its duplicate keys
 * @param defaultNamespace the namespace of the object if it names none
 */
record Manifest(
        Origin origin,
        Kustomization kustomization,
        Value root,
        List<YamlReader.DuplicateKey> duplicates,
        String defaultNamespace) {
    String apiVersion() {
        return root.field("apiVersion").text();
    }

    /** The API group, "" for the core one. */
    String group() {
        int slash = apiVersion().indexOf('/');
        return slash < 0 ? "" : apiVersion().substring(0, slash);
    }

    String kind() {
        return root.field("kind").text();
    }

    /** An item of this list; its kind and apiVersion are those of a list such as ConfigMapList, unless it has its own. */
    Manifest item(Value item) {
        boolean typed = !kind().equals("List") && kind().endsWith("List");
        if (typed && item.is(Value.Kind.MAP) && item.field("kind").is(Value.Kind.ABSENT)) {
            String kind = kind().substring(0, kind().length() - "List".length());
            item.put(Value.scalar(Value.Kind.STRING, item, "kind", item.line(), item.column(), kind, kind));
            if (item.field("apiVersion").is(Value.Kind.ABSENT)) {
                item.put(Value.scalar(
                        Value.Kind.STRING, item, "apiVersion", item.line(), item.column(), apiVersion(), apiVersion()));
            }
        }
        return new Manifest(origin, kustomization, item, List.of(), defaultNamespace);
    }

    /** Whether it was read from the same folder or stream as the other one, so that both are likely parts of one application. */
    boolean isBeside(Manifest other) {
        return folder(origin.file()).equals(folder(other.origin.file()));
    }

    private static String folder(String file) {
        return file.substring(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
    }

    boolean isA(String group, String kind) {
        return kind().equals(kind) && group().equals(group);
    }

    String name() {
        return root.at("metadata.name").textOr(root.at("metadata.generateName").textOr(""));
    }

    /** The namespace that it names, else the default one. */
    String namespace() {
        return root.at("metadata.namespace").textOr(defaultNamespace);
    }

    Value at(String path) {
        return root.at(path);
    }

    /** The value of this annotation of the object itself; absent if not set. */
    Value annotation(String name) {
        return root.at("metadata.annotations").field(name);
    }

    Map<String, String> labels() {
        return root.at("metadata.labels").strings();
    }

    /** The object as text: {@code Deployment shop/orders}. */
    String text() {
        String where = root.at("metadata.namespace").exists() ? namespace() + "/" : "";
        return kind() + " " + where + (name().isEmpty() ? "(no name)" : name());
    }
}
