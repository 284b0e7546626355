package io.ebbtide.lint.rule;

import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.read.ValueKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The values that Kubernetes accepts for some fields: names from a list, numbers within bounds. Immutable. */
final class KnownValues {
    /*
     * A line of the resource is "V1Probe.periodSeconds: 0.." or "V1Toleration.effect: NoSchedule ...". The facts are those of the
     * API server's validation (pkg/apis of kubernetes/kubernetes, 1.34 to 1.37); a field whose zero is replaced by a default
     * begins at 0.
     */
    private static final Map<String, Map<String, KnownValues>> BY_TYPE = read();

    private final List<String> names;
    private final long min;
    private final long max;

    private KnownValues(String text) {
        int range = text.indexOf("..");
        names = range < 0 ? List.of(text.split(" ", -1)) : List.of();
        min = range < 0 ? 0 : Long.parseLong(text.substring(0, range));
        max = range < 0 || range + 2 == text.length() ? Long.MAX_VALUE : Long.parseLong(text.substring(range + 2));
    }

    /** The values that the fields of this type accept; a field without an entry accepts any value of its type. */
    static Map<String, KnownValues> of(String type) {
        return BY_TYPE.getOrDefault(type, Map.of());
    }

    /** Whether this value is accepted; the check of types handles a value of another type. */
    boolean take(Value value) {
        if (!names.isEmpty()) {
            return !value.is(ValueKind.STRING) || value.text().isEmpty() || names.contains(value.text());
        }
        if (!value.is(ValueKind.INTEGER)) {
            return true;
        }
        try {
            long number = Long.parseLong(value.text());
            return min <= number && number <= max;
        } catch (NumberFormatException e) {
            return true; // beyond 64 bits: the check of types reports it
        }
    }

    /** The accepted values as text. */
    String text() {
        if (!names.isEmpty()) {
            return String.join(", ", names);
        }
        return max == Long.MAX_VALUE ? "at least " + min : min + " to " + max;
    }

    private static Map<String, Map<String, KnownValues>> read() {
        var values = new HashMap<String, Map<String, KnownValues>>();
        for (String line : Schema.lines("kubernetes-values.txt")) {
            int dot = line.indexOf('.');
            int colon = line.indexOf(": ");
            values.computeIfAbsent(line.substring(0, dot), any -> new HashMap<>())
                    .put(line.substring(dot + 1, colon), new KnownValues(line.substring(colon + 2)));
        }
        return values;
    }
}
