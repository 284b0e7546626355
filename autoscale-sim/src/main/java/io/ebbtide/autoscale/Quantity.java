package io.ebbtide.autoscale;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Kubernetes' quantities: {@code 250m}, {@code 1.5}, {@code 512Mi}, {@code 1e3}. */
final class Quantity {
    private static final Pattern FORM = Pattern.compile(
            "([-+]?(?:\\d{1,20}(?:\\.\\d{0,20})?|\\.\\d{1,20})(?:[eE][-+]?\\d{1,2})?)(n|u|m|k|[KMGTPE]i?)?");
    private static final Map<String, BigDecimal> UNITS = Map.ofEntries(
            Map.entry("n", new BigDecimal("1e-9")),
            Map.entry("u", new BigDecimal("1e-6")),
            Map.entry("m", new BigDecimal("1e-3")),
            Map.entry("k", new BigDecimal("1e3")),
            Map.entry("M", new BigDecimal("1e6")),
            Map.entry("G", new BigDecimal("1e9")),
            Map.entry("T", new BigDecimal("1e12")),
            Map.entry("P", new BigDecimal("1e15")),
            Map.entry("E", new BigDecimal("1e18")),
            Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
            Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
            Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
            Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
            Map.entry("Pi", BigDecimal.valueOf(1L << 50)),
            Map.entry("Ei", BigDecimal.valueOf(1L << 60)));
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE / 1_000_000);

    private Quantity() {}

    /** The quantity in milli-units, rounded up as Kubernetes does; empty if the text is not a quantity, or is out of range. */
    static OptionalLong milli(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        BigDecimal value = new BigDecimal(matcher.group(1));
        String unit = matcher.group(2);
        BigDecimal milli = value.multiply(unit == null ? BigDecimal.ONE : UNITS.getOrDefault(unit, BigDecimal.ONE))
                .movePointRight(3)
                .setScale(0, RoundingMode.CEILING);
        return milli.abs().compareTo(MAX.movePointRight(6)) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(milli.longValue());
    }
}
