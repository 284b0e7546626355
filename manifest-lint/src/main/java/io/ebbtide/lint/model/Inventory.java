package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All manifests of one input, by kind and by identity. Immutable. */
final class Inventory {
    private final List<Manifest> manifests;
    private final Map<String, List<Manifest>> byKind = new HashMap<>();
    private final Map<String, Manifest> byIdentity = new HashMap<>();
    /** The manifests with an identity that several have, as alternatives in several files do. */
    private final Map<String, List<Manifest>> alternatives = new HashMap<>();

    Inventory(List<Manifest> manifests) {
        this.manifests = List.copyOf(manifests);
        for (Manifest each : manifests) {
            Manifest first = byIdentity.putIfAbsent(identity(each), each);
            if (first != null) {
                alternatives
                        .computeIfAbsent(identity(each), any -> new ArrayList<>(List.of(first)))
                        .add(each);
            }
            byKind.computeIfAbsent(each.group() + " " + each.kind(), any -> new ArrayList<>())
                    .add(each);
        }
    }

    List<Manifest> manifests() {
        return manifests;
    }

    Stream<Manifest> all(String group, String kind) {
        return byKind.getOrDefault(group + " " + kind, List.of()).stream();
    }

    /**
     * The object of this kind and name to which a manifest refers; empty if it is not in the input. Of several with the same
     * identity, the one in the same file as the reference is meant, else the first.
     */
    Optional<Manifest> find(Manifest from, String group, String kind, String namespace, String name) {
        String identity = identity(group, kind, namespace, name);
        return alternatives.getOrDefault(identity, List.of()).stream()
                .filter(from::isInFileOf)
                .findFirst()
                .or(() -> Optional.ofNullable(byIdentity.get(identity)));
    }

    /** Whether this manifest is the one that the other refers to, and not an alternative to another in that file. */
    boolean isMeantBy(Manifest from, Manifest manifest) {
        return alternatives.isEmpty()
                || manifest.isInFileOf(from)
                || alternatives.getOrDefault(identity(manifest), List.of()).stream()
                        .noneMatch(from::isInFileOf);
    }

    /** The first manifest with the same identity, which may be this one. */
    Manifest firstLike(Manifest manifest) {
        return byIdentity.getOrDefault(identity(manifest), manifest);
    }

    /** Whether any identity is that of several manifests. */
    boolean hasAlternatives() {
        return !alternatives.isEmpty();
    }

    /** Whether several manifests have this identity. */
    boolean hasAlternatives(String identity) {
        return alternatives.containsKey(identity);
    }

    static String identity(Manifest manifest) {
        return identity(manifest.group(), manifest.kind(), manifest.namespace(), manifest.name());
    }

    static String identity(String group, String kind, String namespace, String name) {
        return group + " " + kind + " " + namespace + " " + name;
    }
}
