package io.ebbtide.lint.read;

import java.util.List;

/** One document, and its duplicate keys. Immutable. */
public record Document(Value root, List<DuplicateKey> duplicates) {
    /** The document of all values that a reader has added since {@link TreeBuilder#clear}. */
    static Document of(TreeBuilder builder) {
        Value root = Value.root(builder.tree());
        return new Document(
                root,
                builder.duplicates().stream()
                        .map(each -> new DuplicateKey(root.below(each.node()), each.firstLine(), each.isEqual()))
                        .toList());
    }
}
