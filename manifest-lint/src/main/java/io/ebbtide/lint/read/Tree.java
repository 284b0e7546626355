package io.ebbtide.lint.read;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of one document, packed into two arrays; {@link Value} is a view of one of them. Immutable. */
final class Tree {
    /*
     * A tree of objects takes ten times the memory, and all documents of a run are in memory at once. The nodes stand in the order of
     * the document: a map or list, then all that is below it. Each has a head (the number of nodes from it to the end of what is below
     * it, and its kind), a line and a column, and two texts: its key (null for an item of a list, and for the root) and its scalar.
     *
     * Two marks serve what is not a plain tree. A hidden node is no field of its map: the value of a merge key, and a value whose key
     * stands again further below. A link is a field whose value is elsewhere in the same map: at the distance that stands in place of
     * its line.
     */
    static final int INTS = 3;
    static final int HIDDEN = 16;
    static final int LINK = 15;
    static final int SIZE_SHIFT = 5;

    private static final int KIND_MASK = 15;
    private static final ValueKind[] KINDS = ValueKind.values();

    private final int[] nodes;
    private final @Nullable String[] texts;
    private final Map<Integer, String> written;

    /** The arrays are not copied; {@code written} has the scalars that are not written as Kubernetes reads them. */
    Tree(int[] nodes, @Nullable String[] texts, Map<Integer, String> written) {
        this.nodes = nodes;
        this.texts = texts;
        this.written = written;
    }

    ValueKind kind(int node) {
        return KINDS[nodes[node * INTS] & KIND_MASK];
    }

    boolean isLink(int node) {
        return (nodes[node * INTS] & KIND_MASK) == LINK;
    }

    boolean isHidden(int node) {
        return (nodes[node * INTS] & HIDDEN) != 0;
    }

    /** The node after this one and all that is below it. */
    int end(int node) {
        return node + (nodes[node * INTS] >>> SIZE_SHIFT);
    }

    /** The node that has the value of this field. */
    int target(int node) {
        int target = node;
        while (isLink(target)) {
            target += nodes[target * INTS + 1];
        }
        return target;
    }

    int line(int node) {
        return nodes[node * INTS + 1];
    }

    int column(int node) {
        return nodes[node * INTS + 2];
    }

    @Nullable
    String key(int node) {
        return texts[2 * node];
    }

    String text(int node) {
        String text = texts[2 * node + 1];
        return text == null ? "" : text;
    }

    String written(int node) {
        return written.getOrDefault(node, text(node));
    }

    /** The field of this name of a map; -1 if there is none. */
    int field(int map, String name) {
        int end = end(map);
        for (int each = map + 1; each < end; each = end(each)) {
            if (name.equals(texts[2 * each]) && !isHidden(each)) {
                return each;
            }
        }
        return -1;
    }

    /** Whether a value says the same to Kubernetes as another one, wherever and however each is written. */
    boolean says(int node, Tree other, int otherNode) {
        int mine = target(node);
        int theirs = other.target(otherNode);
        if (kind(mine) != other.kind(theirs) || !text(mine).equals(other.text(theirs))) {
            return false;
        }
        return switch (kind(mine)) {
            case MAP -> fields(mine) == other.fields(theirs) && haveEqualFields(mine, other, theirs);
            case LIST -> haveEqualItems(mine, other, theirs);
            default -> true;
        };
    }

    private int fields(int map) {
        int count = 0;
        for (int each = map + 1; each < end(map); each = end(each)) {
            if (!isHidden(each)) {
                count++;
            }
        }
        return count;
    }

    private boolean haveEqualFields(int map, Tree other, int otherMap) {
        for (int each = map + 1; each < end(map); each = end(each)) {
            if (!isHidden(each)) {
                int theirs = other.field(otherMap, String.valueOf(key(each)));
                if (theirs < 0 || !says(each, other, theirs)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean haveEqualItems(int list, Tree other, int otherList) {
        int mine = list + 1;
        int theirs = otherList + 1;
        while (mine < end(list) && theirs < other.end(otherList)) {
            if (!says(mine, other, theirs)) {
                return false;
            }
            mine = end(mine);
            theirs = other.end(theirs);
        }
        return mine == end(list) && theirs == other.end(otherList);
    }

    /** Whether a key below this node, at any depth, begins like this. */
    boolean hasKey(int node, String prefix) {
        for (int each = node + 1; each < end(node); each++) {
            String key = texts[2 * each];
            if (key != null && key.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** A copy of a map and all below it, with more fields at its end, each a key and a string. */
    Tree with(int map, List<Map.Entry<String, String>> fields) {
        var builder = new TreeBuilder();
        builder.copy(nodes, texts, written, map, end(map));
        for (Map.Entry<String, String> each : fields) {
            builder.scalar(each.getKey(), ValueKind.STRING, each.getValue(), each.getValue(), line(map), column(map));
        }
        builder.close(0);
        return builder.tree();
    }
}
