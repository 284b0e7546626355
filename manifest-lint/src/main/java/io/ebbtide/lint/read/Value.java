package io.ebbtide.lint.read;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A value of a document, with its place. A missing value is a value, too: an absent one, whose place is that
 * of the nearest existing value above it, so that a caller that follows a path never gets null. A view of a {@link Tree}, made when
 * it is asked for; two views of one value, or of one absent value, are equal. Immutable.
 */
public final class Value {
    // Over 300 lines: all that rules ask of a value.

    /** Beyond this, in seconds some 30,000 years, no sum of numbers is computed, and sums of all numbers below it fit. */
    static final long MAX_INTEGER = 1_000_000_000_000L;

    private static final Pattern PERCENTAGE = Pattern.compile("\\d{1,9}%");
    private static final int ABSENT = -1;
    /** The steps of the paths that rules follow, all of them constants. */
    private static final Map<String, String[]> PATHS = new ConcurrentHashMap<>();

    private static final List<String> ITEM_KEYS =
            IntStream.range(0, 64).mapToObj(each -> "[" + each + "]").toList();

    private final Tree tree;
    private final @Nullable Value above;
    private final String key;
    private final int node;

    /** An existing value has any of those that it is in above it, an absent one the map or list that it is not in. */
    private Value(Tree tree, @Nullable Value above, String key, int node) {
        this.tree = tree;
        this.above = above;
        this.key = key;
        this.node = node;
    }

    /** The value of a whole document. */
    static Value root(Tree tree) {
        return new Value(tree, null, "", 0);
    }

    private static Value absent(Value parent, String key) {
        return new Value(parent.tree, parent, key, ABSENT);
    }

    /** This map with more fields, each a key and a string, at its own place. */
    Value with(List<Map.Entry<String, String>> fields) {
        return new Value(tree.with(node, fields), parent(), key, 0);
    }

    public ValueKind kind() {
        return node == ABSENT ? ValueKind.ABSENT : tree.kind(node);
    }

    public String key() {
        return key;
    }

    /** The map or list that this is in; null for a document. */
    public @Nullable Value parent() {
        return node == ABSENT || above == null || above.tree != tree ? above : above.parentOf(node);
    }

    private Value parentOf(int below) {
        Value value = this;
        Value next = value.childTowards(below);
        while (next.node != below) {
            value = next;
            next = value.childTowards(below);
        }
        return value;
    }

    /** From 1. */
    public int line() {
        return node == ABSENT && above != null ? above.line() : tree.line(node);
    }

    /** From 1. */
    public int column() {
        return node == ABSENT && above != null ? above.column() : tree.column(node);
    }

    /** Whether the value exists: it is neither absent nor null. */
    public boolean exists() {
        return node != ABSENT && tree.kind(node) != ValueKind.NULL;
    }

    public boolean is(ValueKind other) {
        return kind() == other;
    }

    /** The scalar as Kubernetes reads it, so {@code 64} for {@code 0100}; "" if this is not a scalar. */
    public String text() {
        return node == ABSENT ? "" : tree.text(node);
    }

    /** The text of this field; "" if it is no scalar. */
    public String text(String field) {
        int found = is(ValueKind.MAP) ? tree.field(node, field) : ABSENT;
        return found == ABSENT ? "" : tree.text(tree.target(found));
    }

    /** Whether a key below, at any depth, begins like this. */
    boolean hasKeyBelow(String prefix) {
        return node != ABSENT && tree.hasKey(node, prefix);
    }

    /** The scalar as written in the file; "" if this is not a scalar. */
    public String written() {
        return node == ABSENT ? "" : tree.written(node);
    }

    /** The scalar as Kubernetes reads it, or the given default. */
    public String textOr(String other) {
        return exists() && !is(ValueKind.MAP) && !is(ValueKind.LIST) ? text() : other;
    }

    /** The whole number that this is, also if it is written as a string; empty if it is beyond {@link #MAX_INTEGER}. */
    public OptionalLong integer() {
        if (!is(ValueKind.INTEGER) && !is(ValueKind.STRING)) {
            return OptionalLong.empty();
        }
        try {
            long number = Long.parseLong(text().strip());
            return number >= -MAX_INTEGER && number <= MAX_INTEGER ? OptionalLong.of(number) : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    public long integerOr(long other) {
        return integer().orElse(other);
    }

    /** The number before a percent sign. */
    public OptionalDouble percent() {
        return is(ValueKind.STRING)
                        && text().endsWith("%")
                        && PERCENTAGE.matcher(text()).matches()
                ? OptionalDouble.of(Double.parseDouble(text().substring(0, text().length() - 1)))
                : OptionalDouble.empty();
    }

    public boolean isTrue() {
        return text().equals("true") && (is(ValueKind.BOOLEAN) || is(ValueKind.STRING));
    }

    /** The value at the end of this path, such as {@code spec.template.spec}; absent if there is none. */
    public Value at(String path) {
        String[] steps = PATHS.computeIfAbsent(path, each -> each.split("\\.", -1));
        int last = steps.length - 1;
        int reached = node;
        for (int i = 0; i <= last; i++) {
            int field =
                    reached != ABSENT && tree.kind(reached) == ValueKind.MAP ? tree.field(reached, steps[i]) : ABSENT;
            if (field == ABSENT) {
                return absent(i == 0 ? this : view(reached, steps[i - 1]), steps, i);
            }
            reached = tree.target(field);
        }
        return view(reached, steps[last]);
    }

    private static Value absent(Value last, String[] steps, int from) {
        Value value = last;
        for (int i = from; i < steps.length; i++) {
            value = absent(value, steps[i]);
        }
        return value;
    }

    /** The value of this field, whose name may hold dots. */
    public Value field(String name) {
        int field = is(ValueKind.MAP) ? tree.field(node, name) : ABSENT;
        return field == ABSENT ? absent(this, name) : view(tree.target(field), name);
    }

    private Value view(int below, String name) {
        return new Value(tree, this, name, below);
    }

    /** The value of a node below this one. */
    Value below(int target) {
        return parentOf(target).childTowards(target);
    }

    /** The field or item that is this node, or that it is in. */
    private Value childTowards(int target) {
        int child = node + 1;
        int index = 0;
        while (tree.end(child) <= target) {
            child = tree.end(child);
            index++;
        }
        String name = tree.key(child);
        return view(child, name == null ? itemKey(index) : name);
    }

    public List<Value> fields() {
        if (!is(ValueKind.MAP)) {
            return List.of();
        }
        var fields = new ArrayList<Value>();
        int end = tree.end(node);
        for (int each = node + 1; each < end; each = tree.end(each)) {
            if (!tree.isHidden(each)) {
                fields.add(view(tree.target(each), String.valueOf(tree.key(each))));
            }
        }
        return fields;
    }

    public List<Value> items() {
        if (!is(ValueKind.LIST)) {
            return List.of();
        }
        var items = new ArrayList<Value>();
        int end = tree.end(node);
        for (int each = node + 1; each < end; each = tree.end(each)) {
            items.add(view(each, itemKey(items.size())));
        }
        return items;
    }

    private static String itemKey(int index) {
        return index < ITEM_KEYS.size() ? ITEM_KEYS.get(index) : "[" + index + "]";
    }

    /** The first item that meets the condition; absent if there is none. */
    public Value item(Predicate<Value> condition) {
        return items().stream().filter(condition).findFirst().orElseGet(() -> absent(this, "[?]"));
    }

    /** Whether this is the other value, or is somewhere below it. */
    public boolean isWithin(Value other) {
        if (node == ABSENT) {
            return equals(other) || (above != null && above.isWithin(other));
        }
        return tree == other.tree && other.node != ABSENT && other.node <= node && node < tree.end(other.node);
    }

    /** Whether both say the same to Kubernetes, wherever and however each is written. */
    public boolean says(Value other) {
        if (node == ABSENT || other.node == ABSENT) {
            return node == other.node;
        }
        return tree.says(node, other.tree, other.node);
    }

    /** The scalars of a map, by field. */
    public Map<String, String> strings() {
        var strings = new LinkedHashMap<String, String>();
        fields().forEach(each -> strings.put(each.key, each.text()));
        return strings;
    }

    /** The scalars of a list, one space between two of them. */
    public String joined() {
        return items().stream().map(Value::text).collect(Collectors.joining(" "));
    }

    /** The path in its document: {@code spec.template.spec.containers[0].image}. */
    public String path() {
        Value parent = parent();
        if (parent == null) {
            return "";
        }
        String before = parent.path();
        if (key.startsWith("[")) {
            return before + key;
        }
        String step = key.contains(".") || key.contains("/") ? "['" + key + "']" : key;
        return before.isEmpty() || step.startsWith("[") ? before + step : before + "." + step;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Value value
                        && tree == value.tree
                        && node == value.node
                        && (node != ABSENT || (key.equals(value.key) && Objects.equals(above, value.above))));
    }

    @Override
    public int hashCode() {
        return node == ABSENT ? 31 * Objects.hashCode(above) + key.hashCode() : 31 * tree.hashCode() + node;
    }

    @Override
    public String toString() {
        return path() + "=" + (is(ValueKind.MAP) ? fields() : is(ValueKind.LIST) ? items() : text());
    }
}
