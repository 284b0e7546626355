package io.ebbtide.lint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A value of a document, with its place. A missing value is a value, too: an absent one, whose place is that
 * of the nearest existing value above it, so that a caller that follows a path never gets null. Immutable once read.
 */
final class Value {
    /** The kinds of values, by the rules of YAML as Kubernetes reads it. */
    enum Kind {
        MAP,
        LIST,
        STRING,
        INTEGER,
        NUMBER,
        BOOLEAN,
        NULL,
        ABSENT
    }

    /** Beyond this, in seconds some 30,000 years, no sum of numbers is computed, and sums of all numbers below it fit. */
    static final long MAX_INTEGER = 1_000_000_000_000L;

    private static final Pattern PERCENTAGE = Pattern.compile("\\d{1,9}%");

    private final Kind kind;
    private final @Nullable Value parent;
    private final String key;
    private final int line;
    private final int column;
    private final String text;
    private final String written;
    private final Map<String, Value> fields;
    private final List<Value> items;

    private Value(
            Kind kind,
            @Nullable Value parent,
            String key,
            int line,
            int column,
            String text,
            String written,
            Map<String, Value> fields,
            List<Value> items) {
        this.kind = kind;
        this.parent = parent;
        this.key = key;
        this.line = line;
        this.column = column;
        this.text = text;
        this.written = written;
        this.fields = fields;
        this.items = items;
    }

    static Value map(@Nullable Value parent, String key, int line, int column) {
        return new Value(Kind.MAP, parent, key, line, column, "", "", new LinkedHashMap<>(), List.of());
    }

    static Value list(@Nullable Value parent, String key, int line, int column) {
        return new Value(Kind.LIST, parent, key, line, column, "", "", Map.of(), new ArrayList<>());
    }

    static Value scalar(
            Kind kind, @Nullable Value parent, String key, int line, int column, String text, String written) {
        return new Value(kind, parent, key, line, column, text, written, Map.of(), List.of());
    }

    private static Value absent(Value parent, String key) {
        return new Value(Kind.ABSENT, parent, key, parent.line, parent.column, "", "", Map.of(), List.of());
    }

    /** For the reader, while it builds. */
    void put(Value child) {
        fields.put(child.key, child);
    }

    /** For the reader, while it builds. */
    void add(Value child) {
        items.add(child);
    }

    Kind kind() {
        return kind;
    }

    String key() {
        return key;
    }

    /** The map or list that this is in; null for a document. */
    @Nullable
    Value parent() {
        return parent;
    }

    /** From 1. */
    int line() {
        return line;
    }

    /** From 1. */
    int column() {
        return column;
    }

    /** Whether the value exists: it is neither absent nor null. */
    boolean exists() {
        return kind != Kind.ABSENT && kind != Kind.NULL;
    }

    boolean is(Kind other) {
        return kind == other;
    }

    /** The scalar as Kubernetes reads it, so {@code 64} for {@code 0100}; "" if this is not a scalar. */
    String text() {
        return text;
    }

    /** The scalar as written in the file; "" if this is not a scalar. */
    String written() {
        return written;
    }

    /** The scalar as Kubernetes reads it, or the given default. */
    String textOr(String other) {
        return exists() && fields.isEmpty() && items.isEmpty() && kind != Kind.MAP && kind != Kind.LIST ? text : other;
    }

    /** The whole number that this is, also if it is written as a string; empty if it is beyond {@link #MAX_INTEGER}. */
    OptionalLong integer() {
        if (kind != Kind.INTEGER && kind != Kind.STRING) {
            return OptionalLong.empty();
        }
        try {
            long number = Long.parseLong(text.strip());
            return number >= -MAX_INTEGER && number <= MAX_INTEGER ? OptionalLong.of(number) : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    long integerOr(long other) {
        return integer().orElse(other);
    }

    /** The number before a percent sign. */
    OptionalDouble percent() {
        return kind == Kind.STRING && PERCENTAGE.matcher(text).matches()
                ? OptionalDouble.of(Double.parseDouble(text.substring(0, text.length() - 1)))
                : OptionalDouble.empty();
    }

    boolean isTrue() {
        return text.equals("true") && (kind == Kind.BOOLEAN || kind == Kind.STRING);
    }

    /** The value at the end of this path, such as {@code spec.template.spec}; absent if there is none. */
    Value at(String path) {
        Value value = this;
        for (String step : path.split("\\.", -1)) {
            value = value.field(step);
        }
        return value;
    }

    /** The value of this field, whose name may hold dots. */
    Value field(String name) {
        Value child = fields.get(name);
        return child == null ? absent(this, name) : child;
    }

    Collection<Value> fields() {
        return Collections.unmodifiableCollection(fields.values());
    }

    List<Value> items() {
        return Collections.unmodifiableList(items);
    }

    /** The first item that meets the condition; absent if there is none. */
    Value item(Predicate<Value> condition) {
        return items.stream().filter(condition).findFirst().orElseGet(() -> absent(this, "[?]"));
    }

    /** Whether this is the other value, or is somewhere below it. */
    boolean isWithin(Value other) {
        return equals(other) || (parent != null && parent.isWithin(other));
    }

    /** The scalars of a map, by field. */
    Map<String, String> strings() {
        var strings = new LinkedHashMap<String, String>();
        fields.forEach((name, value) -> strings.put(name, value.text));
        return strings;
    }

    /** The scalars of a list, one space between two of them. */
    String joined() {
        return items.stream().map(Value::text).collect(Collectors.joining(" "));
    }

    /** The path in its document: {@code spec.template.spec.containers[0].image}. */
    String path() {
        if (parent == null) {
            return "";
        }
        String above = parent.path();
        if (key.startsWith("[")) {
            return above + key;
        }
        String step = key.contains(".") || key.contains("/") ? "['" + key + "']" : key;
        return above.isEmpty() || step.startsWith("[") ? above + step : above + "." + step;
    }

    @Override
    public String toString() {
        return path() + "=" + (kind == Kind.MAP ? fields : kind == Kind.LIST ? items : text);
    }
}
