package io.ebbtide.lint.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds the tree of one document after another, in the order in which a reader meets the values. Not thread-safe. */
@SuppressWarnings("EnumOrdinal") // a tree is never written: it has the kinds of this build
final class TreeBuilder {
    /** Up to this many fields are compared pair by pair. */
    private static final int FEW = 16;

    private int[] nodes = new int[64 * Tree.INTS];
    private @Nullable String[] texts = new String[64 * 2];
    private Map<Integer, String> written = new HashMap<>();
    private final List<Duplicate> duplicates = new ArrayList<>();
    private int size;

    /** A value whose key stood before, with the line of that one and whether the values are equal. */
    record Duplicate(int node, int firstLine, boolean isEqual, int end) {}

    /** Begins another document. */
    void clear() {
        size = 0;
        duplicates.clear();
        if (!written.isEmpty()) {
            written = new HashMap<>();
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Begins a map or list; what is added before {@link #close} is below it. */
    int open(ValueKind kind, @Nullable String key, int line, int column) {
        return add(kind.ordinal(), key, null, line, column);
    }

    int scalar(@Nullable String key, ValueKind kind, String text, String asWritten, int line, int column) {
        int node = add(kind.ordinal(), key, text, line, column);
        if (!asWritten.equals(text)) {
            written.put(node, asWritten);
        }
        return node;
    }

    private int add(int kind, @Nullable String key, @Nullable String text, int line, int column) {
        if (texts.length == 2 * size) {
            nodes = Arrays.copyOf(nodes, 2 * nodes.length);
            texts = Arrays.copyOf(texts, 2 * texts.length);
        }
        int at = size * Tree.INTS;
        nodes[at] = 1 << Tree.SIZE_SHIFT | kind;
        nodes[at + 1] = line;
        nodes[at + 2] = column;
        texts[2 * size] = key;
        texts[2 * size + 1] = text;
        return size++;
    }

    /** Takes the last value back. */
    void remove(int node) {
        size = node;
        written.remove(node);
    }

    String text(int scalar) {
        return String.valueOf(texts[2 * scalar + 1]);
    }

    boolean isContainer(int node) {
        ValueKind kind = view().kind(node);
        return kind == ValueKind.MAP || kind == ValueKind.LIST;
    }

    boolean isNull(int node) {
        return view().kind(node) == ValueKind.NULL;
    }

    /** Ends a map or list. */
    void close(int container) {
        close(container, List.of());
    }

    /** Ends a map or list; a map gets the fields of these maps, or lists of maps, below it that it does not set itself. */
    void close(int container, List<Integer> merged) {
        resize(container);
        Tree tree = view();
        if (tree.kind(container) != ValueKind.MAP) {
            return;
        }
        merged.forEach(each -> nodes[each * Tree.INTS] |= Tree.HIDDEN);
        replaceDuplicates(container, tree);
        if (!merged.isEmpty()) {
            var names = new HashSet<String>();
            for (int each = container + 1; each < size; each = tree.end(each)) {
                if (!tree.isHidden(each)) {
                    names.add(String.valueOf(tree.key(each)));
                }
            }
            merged.forEach(each -> merge(each, names));
            resize(container);
        }
    }

    private void resize(int container) {
        int at = container * Tree.INTS;
        nodes[at] = (size - container) << Tree.SIZE_SHIFT | (nodes[at] & ((1 << Tree.SIZE_SHIFT) - 1));
    }

    private void merge(int from, Set<String> names) {
        Tree tree = view();
        int end = tree.end(from);
        for (int each = from + 1; each < end; each = tree.end(each)) {
            if (tree.kind(from) == ValueKind.LIST) {
                if (isContainer(each)) {
                    merge(each, names);
                }
            } else if (!tree.isHidden(each) && names.add(String.valueOf(tree.key(each)))) {
                link(add(Tree.LINK, tree.key(each), null, 0, 0), tree.target(each));
            }
        }
    }

    private void link(int node, int target) {
        int at = node * Tree.INTS;
        nodes[at] = (nodes[at] | Tree.LINK) & ~Tree.HIDDEN;
        nodes[at + 1] = target - node;
    }

    /** The last of several fields of one key counts, in the place of the first. */
    private void replaceDuplicates(int map, Tree tree) {
        Map<String, Integer> known = null;
        int count = 0;
        for (int each = map + 1; each < size; each = tree.end(each), count++) {
            String key = tree.key(each);
            if (key == null || tree.isHidden(each)) {
                continue;
            }
            if (known == null && count >= FEW) {
                known = known(map, each, tree);
            }
            Integer first = known == null ? first(map, each, key, tree) : known.putIfAbsent(key, each);
            if (first != null) {
                duplicates.add(new Duplicate(
                        each, tree.line(tree.target(first)), tree.says(first, tree, each), tree.end(each)));
                nodes[each * Tree.INTS] |= Tree.HIDDEN;
                link(first, each);
            }
        }
    }

    private static @Nullable Integer first(int map, int before, String key, Tree tree) {
        int node = tree.field(map, key);
        return node < before ? node : null;
    }

    private static Map<String, Integer> known(int map, int before, Tree tree) {
        var known = new HashMap<String, Integer>();
        for (int each = map + 1; each < before; each = tree.end(each)) {
            if (!tree.isHidden(each)) {
                known.put(String.valueOf(tree.key(each)), each);
            }
        }
        return known;
    }

    /** The values so far, as they are now. */
    private Tree view() {
        return new Tree(nodes, texts, written);
    }

    /** Begins with a copy of some nodes. */
    void copy(int[] from, @Nullable String[] fromTexts, Map<Integer, String> fromWritten, int start, int end) {
        nodes = Arrays.copyOfRange(from, start * Tree.INTS, end * Tree.INTS);
        texts = Arrays.copyOfRange(fromTexts, 2 * start, 2 * end);
        texts[0] = null;
        size = end - start;
        fromWritten.forEach((node, text) -> {
            if (node >= start && node < end) {
                written.put(node - start, text);
            }
        });
    }

    /** The tree of all values since {@link #clear}. */
    Tree tree() {
        return new Tree(
                Arrays.copyOf(nodes, size * Tree.INTS),
                Arrays.copyOf(texts, 2 * size),
                written.isEmpty() ? Map.of() : Map.copyOf(written));
    }

    /** The duplicate keys since {@link #clear}, in the order in which their maps end. */
    List<Duplicate> duplicates() {
        duplicates.sort(Comparator.comparingInt(Duplicate::end)
                .thenComparing(Comparator.comparingInt(Duplicate::node).reversed()));
        return List.copyOf(duplicates);
    }
}
