package io.ebbtide.autoscale;

import io.ebbtide.lint.AutoscaledWorkload;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads fields of an autoscaler's manifest; a message names the manifest, the field and its value. Immutable. */
record SpecFields(AutoscaledWorkload workload) {
    static String text(Map<String, Object> map, String field, String usual) {
        return map.get(field) instanceof String text ? text : usual;
    }

    static List<?> list(Map<String, Object> map, String field) {
        return map.get(field) instanceof List<?> list ? list : List.of();
    }

    /** Whether the field is a list without elements, which is not the same as no field. */
    static boolean isEmptyList(Map<String, Object> map, String field) {
        return map.get(field) instanceof List<?> list && list.isEmpty();
    }

    static Map<String, Object> map(@Nullable Object value) {
        var copy = new HashMap<String, Object>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, each) -> copy.put(String.valueOf(key), each));
        }
        return copy;
    }

    /** A quantity {@code > 0}, in milli-units. */
    long quantity(Map<String, Object> map, String field, String path) {
        OptionalLong milli = Quantity.milli(text(map, field, ""));
        if (milli.isEmpty() || milli.getAsLong() <= 0) {
            throw wrong(path + "." + field, text(map, field, ""), "a quantity > 0, such as 100 or 700m");
        }
        return milli.getAsLong();
    }

    int integer(Map<String, Object> map, String field, int usual, int minimum, int maximum) {
        if (!map.containsKey(field) && usual >= minimum) {
            return usual;
        }
        String text = text(map, field, "");
        try {
            int value = Integer.parseInt(text);
            if (value >= minimum && value <= maximum) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw wrong(field, text, String.format(Locale.ROOT, "a whole number of %d to %d", minimum, maximum));
    }

    BadInput wrong(String field, @Nullable Object value, String expected) {
        return refused("%s: '%s' (expected: %s)", field, String.valueOf(value), expected);
    }

    /** @param format begins after the name of the manifest */
    BadInput refused(String format, Object... arguments) {
        return BadInput.of(workload.place(), "%s %s", workload.name(), String.format(Locale.ROOT, format, arguments));
    }
}
