package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Value;
import java.util.List;
import java.util.Map;

/** A selector with {@code matchLabels} and {@code matchExpressions}, both of which must hold. Immutable. */
public record LabelSelector(Value selector) {
    /** Whether it has no condition; the meaning of that depends on the kind of object. */
    public boolean isEmpty() {
        return selector.field("matchLabels").fields().isEmpty()
                && selector.field("matchExpressions").items().isEmpty();
    }

    /** Whether these labels fulfil all conditions; true if there is none. */
    public boolean matches(Map<String, String> labels) {
        return matchesAll(selector.field("matchLabels"), labels)
                && selector.field("matchExpressions").items().stream().allMatch(each -> holds(each, labels));
    }

    /** Whether each of these labels is present with this value. */
    static boolean matchesAll(Value wanted, Map<String, String> labels) {
        return wanted.fields().stream().allMatch(each -> each.text().equals(labels.get(each.key())));
    }

    private static boolean holds(Value expression, Map<String, String> labels) {
        String label = labels.get(expression.field("key").text());
        List<String> values =
                expression.field("values").items().stream().map(Value::text).toList();
        return switch (expression.field("operator").text()) {
            case "In" -> label != null && values.contains(label);
            case "NotIn" -> label == null || !values.contains(label);
            case "Exists" -> label != null;
            case "DoesNotExist" -> label == null;
            default -> false; // not an operator of Kubernetes: the server refuses it
        };
    }

    /** The conditions as text. */
    public String text() {
        String expressions = String.join(
                ", ",
                selector.field("matchExpressions").items().stream()
                        .map(each -> (each.field("key").text() + " "
                                        + each.field("operator").text() + " "
                                        + each.field("values").joined())
                                .strip())
                        .toList());
        Map<String, String> labels = selector.field("matchLabels").strings();
        return expressions.isEmpty() ? labels.toString() : labels.isEmpty() ? expressions : labels + ", " + expressions;
    }
}
