package io.ebbtide.lint.read;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Recognises patches of kustomize: strategic merge patches by their directives, JSON patches (RFC 6902) by their operations. */
public final class KustomizePatch {
    private static final Set<String> OPERATIONS = Set.of("add", "remove", "replace", "move", "copy", "test");

    private KustomizePatch() {}

    static boolean isOne(Manifest manifest) {
        Value root = manifest.root();
        return isJsonPatch(root) || (root.hasKeyBelow("$") && directive(root).isPresent());
    }

    private static boolean isJsonPatch(Value root) {
        List<Value> items = root.items();
        return !items.isEmpty()
                && items.stream()
                        .allMatch(each -> OPERATIONS.contains(each.field("op").text())
                                && each.field("path").is(ValueKind.STRING));
    }

    /** The first directive anywhere below; a custom resource's schema may hold similar text, but no such key. */
    public static Optional<Value> directive(Value value) {
        for (Value each : value.fields()) {
            String key = each.key();
            if (key.equals("$patch") || key.equals("$retainKeys") || key.startsWith("$setElementOrder/")) {
                return Optional.of(each);
            }
            Optional<Value> below = directive(each);
            if (below.isPresent()) {
                return below;
            }
        }
        for (Value each : value.items()) {
            Optional<Value> below = directive(each);
            if (below.isPresent()) {
                return below;
            }
        }
        return Optional.empty();
    }
}
