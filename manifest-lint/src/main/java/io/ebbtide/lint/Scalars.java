package io.ebbtide.lint;

import io.ebbtide.lint.Value.Kind;
import java.util.Set;
import java.util.regex.Pattern;

/** What a plain scalar means to Kubernetes, which reads YAML 1.1: {@code on} is a boolean, {@code 0644} a number. */
final class Scalars {
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUE = Set.of("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON");
    private static final Set<String> FALSE = Set.of("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(0|[1-9][0-9_]*)");
    private static final Pattern OTHER_INTEGER = Pattern.compile("[-+]?0(x[0-9a-fA-F_]+|b[01_]+|o?[0-7_]+)");
    private static final Pattern NUMBER = Pattern.compile(
            "[-+]?(\\.[0-9]+|[0-9][0-9_]*(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    private Scalars() {}

    static Kind kind(String plain) {
        if (NULLS.contains(plain)) {
            return Kind.NULL;
        }
        if (TRUE.contains(plain) || FALSE.contains(plain)) {
            return Kind.BOOLEAN;
        }
        if (DECIMAL.matcher(plain).matches() || OTHER_INTEGER.matcher(plain).matches()) {
            return Kind.INTEGER;
        }
        return NUMBER.matcher(plain).matches() ? Kind.NUMBER : Kind.STRING;
    }

    /** The same meaning in one spelling: {@code on} is {@code true}. */
    static String text(String plain) {
        if (TRUE.contains(plain)) {
            return "true";
        }
        return FALSE.contains(plain) ? "false" : plain;
    }
}
