package io.ebbtide.spring;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Refuses a duration without a unit, as the variables do: Spring would take {@code ebbtide.grace=30} for 30 ms. Stateless. */
final class DurationsWithUnit {
    private static final Pattern NUMBER = Pattern.compile("\\s*[+-]?\\d+\\s*");

    private DurationsWithUnit() {}

    /** @throws IllegalArgumentException if a property has none; the message states what was expected */
    static void check(Environment environment) {
        Binder binder = Binder.get(environment);
        for (RecordComponent each : EbbtideProperties.class.getRecordComponents()) {
            if (each.getType() == Duration.class) {
                String name = "ebbtide." + kebab(each.getName());
                String value = value(binder, name);
                if (NUMBER.matcher(value).matches()) {
                    throw new IllegalArgumentException(
                            "%s: %s (expected: a number with a unit such as 500ms, 30s or 2m, or PT30S)"
                                    .formatted(name, value.strip()));
                }
            }
        }
    }

    private static String value(Binder binder, String name) {
        try {
            return binder.bind(name, String.class).orElse("");
        } catch (BindException e) {
            return ""; // a Duration object, set by code
        }
    }

    /** Returns a name of a Java component as the name of its property. */
    static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
