package io.ebbtide.lint.read;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Resolves scalars as Kubernetes does, which reads YAML 1.1 and converts it to JSON: {@code on} is a boolean, {@code 0100} is 64,
 * {@code 3.0} is 3. The rules are those of sigs.k8s.io/yaml.
 */
final class Scalars {
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUE =
            Set.of("true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON");
    private static final Set<String> FALSE =
            Set.of("false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF");
    private static final Set<String> NOT_FINITE = Set.of(
            ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF");
    /** The length of the longest of these. */
    private static final int MAX_WORD = 5;
    /** Numbers with more digits fit no field of Kubernetes, and are slow to compute with. */
    private static final int MAX_DIGITS = 64;
    /** Numbers with no more digits fit into 64 bits. */
    private static final int MAX_LONG = 18;

    private static final Pattern INTEGER =
            Pattern.compile("([-+]?)(0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    /** From this value on Go writes a floating-point number in JSON with an exponent, which the server does not read as a whole number. */
    private static final BigDecimal MAX_WHOLE = BigDecimal.TEN.pow(21);

    private static final BigInteger MIN_INTEGER = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX_INTEGER = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private static final String TAG = "tag:yaml.org,2002:";

    private Scalars() {}

    /** A scalar's kind, and its value in JSON's spelling, without the quotes of a string. */
    record Scalar(ValueKind kind, String text) {}

    /** Resolves a scalar without quotes and without a tag. */
    static Scalar plain(String written) {
        return written.length() > MAX_WORD ? numberOrString(written) : word(written);
    }

    private static Scalar word(String written) {
        if (NULLS.contains(written)) {
            return new Scalar(ValueKind.NULL, written);
        }
        if (TRUE.contains(written)) {
            return new Scalar(ValueKind.BOOLEAN, "true");
        }
        if (FALSE.contains(written)) {
            return new Scalar(ValueKind.BOOLEAN, "false");
        }
        if (NOT_FINITE.contains(written)) {
            return new Scalar(ValueKind.NUMBER, written);
        }
        return numberOrString(written);
    }

    private static Scalar numberOrString(String written) {
        char first = written.charAt(0);
        boolean mayBeNumber = (first >= '0' && first <= '9') || first == '+' || first == '-' || first == '.';
        return mayBeNumber ? number(written) : new Scalar(ValueKind.STRING, written);
    }

    /** Resolves a scalar with a tag such as {@code !!int}; a tag other than YAML's own makes it a string. */
    static Scalar tagged(String tag, String written) {
        Scalar plain = plain(written);
        boolean fits = switch (tag.startsWith(TAG) ? tag.substring(TAG.length()) : "") {
            case "int" -> plain.kind() == ValueKind.INTEGER;
            case "float" -> plain.kind() == ValueKind.INTEGER || plain.kind() == ValueKind.NUMBER;
            case "bool" -> plain.kind() == ValueKind.BOOLEAN;
            case "null" -> plain.kind() == ValueKind.NULL;
            default -> false;
        };
        return fits ? plain : new Scalar(ValueKind.STRING, written);
    }

    private static Scalar number(String written) {
        if (written.length() <= MAX_LONG && isDecimal(written)) {
            return new Scalar(ValueKind.INTEGER, written);
        }
        String digits = written.replace("_", "");
        if (digits.length() > MAX_DIGITS) {
            return FLOAT.matcher(digits).matches()
                    ? new Scalar(ValueKind.NUMBER, written)
                    : new Scalar(ValueKind.STRING, written);
        }
        var matcher = INTEGER.matcher(digits);
        if (matcher.matches()) {
            BigInteger size = matcher.group(3) != null
                    ? new BigInteger(matcher.group(3), 16)
                    : matcher.group(4) != null
                            ? new BigInteger(matcher.group(4), 2)
                            : matcher.group(5) != null
                                    ? new BigInteger(matcher.group(5), 8)
                                    : new BigInteger(matcher.group(6));
            BigInteger value = matcher.group(1).equals("-") ? size.negate() : size;
            if (value.compareTo(MIN_INTEGER) >= 0 && value.compareTo(MAX_INTEGER) <= 0) {
                return new Scalar(ValueKind.INTEGER, value.toString());
            }
        }
        return FLOAT.matcher(digits).matches() ? floating(digits, written) : new Scalar(ValueKind.STRING, written);
    }

    /** Whether this is a whole number as JSON writes it, without a sign. */
    private static boolean isDecimal(String written) {
        for (int i = 0; i < written.length(); i++) {
            if (written.charAt(i) < '0' || written.charAt(i) > '9') {
                return false;
            }
        }
        return written.charAt(0) != '0' || written.length() == 1;
    }

    /** A floating-point number, which JSON writes without a decimal point if it is whole. */
    private static Scalar floating(String digits, String written) {
        double value = Double.parseDouble(digits);
        if (Double.isInfinite(value)) {
            return new Scalar(ValueKind.STRING, written); // out of range for Go, which keeps the text
        }
        BigDecimal exact = new BigDecimal(value);
        boolean whole = exact.abs().compareTo(MAX_WHOLE) < 0
                && exact.stripTrailingZeros().scale() <= 0;
        return whole
                ? new Scalar(ValueKind.INTEGER, exact.toBigInteger().toString())
                : new Scalar(ValueKind.NUMBER, Double.toString(value));
    }
}
