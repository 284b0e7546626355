package io.ebbtide.lint.read;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One Kubernetes object as written. Immutable.
 *
 * @param origin where it was read
 * @param kustomization what kustomize does with its file
 * @param root the object
 * @param duplicates its duplicate keys
 * @param defaultNamespace the namespace of the object if it names none
 */
public record Manifest(
        Origin origin,
        Kustomization kustomization,
        Value root,
        List<DuplicateKey> duplicates,
        String defaultNamespace) {
    public String apiVersion() {
        return root.text("apiVersion");
    }

    /** The API group, "" for the core one. */
    public String group() {
        int slash = apiVersion().indexOf('/');
        return slash < 0 ? "" : apiVersion().substring(0, slash);
    }

    public String kind() {
        return root.text("kind");
    }

    /** An item of this list; its kind and apiVersion are those of a list such as ConfigMapList, unless it has its own. */
    Manifest item(Value item) {
        boolean typed = !kind().equals("List") && kind().endsWith("List");
        var added = new ArrayList<Map.Entry<String, String>>();
        if (typed && item.is(ValueKind.MAP) && item.field("kind").is(ValueKind.ABSENT)) {
            added.add(Map.entry("kind", kind().substring(0, kind().length() - "List".length())));
            if (item.field("apiVersion").is(ValueKind.ABSENT)) {
                added.add(Map.entry("apiVersion", apiVersion()));
            }
        }
        return new Manifest(
                origin, kustomization, added.isEmpty() ? item : item.with(added), List.of(), defaultNamespace);
    }

    /** Manifests are equal if they are of one place of the input. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Manifest manifest && root.equals(manifest.root);
    }

    @Override
    public int hashCode() {
        return root.hashCode();
    }

    /** Whether it was read from the same folder or stream as the other one, so that both are likely parts of one application. */
    public boolean isBeside(Manifest other) {
        return folder(origin.file()).equals(folder(other.origin.file()));
    }

    /** Whether it was read from the same file or stream as the other one. */
    public boolean isInFileOf(Manifest other) {
        return origin.file().equals(other.origin.file());
    }

    private static String folder(String file) {
        return file.substring(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
    }

    public boolean isA(String group, String kind) {
        return kind().equals(kind) && group().equals(group);
    }

    public String name() {
        return root.at("metadata.name").textOr(root.at("metadata.generateName").textOr(""));
    }

    /** The namespace that it names, else the default one. */
    public String namespace() {
        return root.at("metadata.namespace").textOr(defaultNamespace);
    }

    /** Whether apiVersion and kind are names, as those of every object are. */
    boolean isTyped() {
        return isName(root.field("kind")) && isName(root.field("apiVersion"));
    }

    /** Whether this can be an apiVersion or a kind. */
    public static boolean isName(Value value) {
        return value.is(ValueKind.STRING) && !value.text().isBlank();
    }

    public Value at(String path) {
        return root.at(path);
    }

    /** The value of this annotation of the object itself; absent if not set. */
    public Value annotation(String name) {
        return root.at("metadata.annotations").field(name);
    }

    public Map<String, String> labels() {
        return root.at("metadata.labels").strings();
    }

    /** The object as text: {@code Deployment shop/orders}. */
    public String text() {
        String where = root.at("metadata.namespace").exists() ? namespace() + "/" : "";
        return kind() + " " + where + (name().isEmpty() ? "(no name)" : name());
    }
}
