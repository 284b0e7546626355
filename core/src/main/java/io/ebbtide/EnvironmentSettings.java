package io.ebbtide;

import io.ebbtide.internal.Durations;
import io.ebbtide.lifecycle.LameDuckPolicy;
import io.ebbtide.lifecycle.LameDuckRules;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Overrides settings from environment variables: who deploys knows the platform better than who wrote the code. */
final class EnvironmentSettings {
    private static final String PREFIX = "EBBTIDE_";

    /** Each variable and what it does with its value. */
    private static final Map<String, BiFunction<Settings, String, Settings>> VARIABLES = new TreeMap<>(Map.ofEntries(
            Map.entry("EBBTIDE_GRACE", duration(Settings::withGrace)),
            Map.entry("EBBTIDE_PRE_STOP", duration(Settings::withPreStop)),
            Map.entry("EBBTIDE_LAME_DUCK", duration(Settings::withLameDuck)),
            Map.entry("EBBTIDE_LAME_DUCK_POLICY", rules((rules, value) -> rules.withPolicy(policy(value)))),
            Map.entry("EBBTIDE_LAME_DUCK_MIN", rules((rules, value) -> rules.withLeast(Durations.parse(value)))),
            Map.entry("EBBTIDE_SENDERS", rules((rules, value) -> rules.withSenders(number(value)))),
            Map.entry("EBBTIDE_DRAIN", duration(Settings::withDrain)),
            Map.entry("EBBTIDE_STOP", duration(Settings::withStop)),
            Map.entry("EBBTIDE_MARGIN", duration(Settings::withMargin)),
            Map.entry("EBBTIDE_MANAGEMENT_PORT", (settings, value) -> settings.withManagementPort(number(value))),
            Map.entry("EBBTIDE_MANAGEMENT_ADDRESS", Settings::withManagementAddress)));

    private EnvironmentSettings() {}

    /**
     * The settings with what the environment sets instead.
     *
     * @throws IllegalArgumentException if a value is wrong; the message names the variable, its value, and what was
     *     expected
     */
    static Settings override(Settings settings, Map<String, String> environment) {
        Settings overridden = settings;
        for (var variable : VARIABLES.entrySet()) {
            String value = environment.get(variable.getKey());
            if (value != null) {
                try {
                    overridden = variable.getValue().apply(overridden, value);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "%s=%s is wrong: %s".formatted(variable.getKey(), value, e.getMessage()), e);
                }
            }
        }
        return overridden;
    }

    /** The names that look like ours and are not: typing errors, or service links that Kubernetes adds. */
    static List<String> unknown(Map<String, String> environment) {
        return environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !VARIABLES.containsKey(name))
                .sorted()
                .toList();
    }

    /** All names that mean something. */
    static List<String> known() {
        return List.copyOf(VARIABLES.keySet());
    }

    private static BiFunction<Settings, String, Settings> duration(BiFunction<Settings, Duration, Settings> with) {
        return (settings, value) -> with.apply(settings, Durations.parse(value));
    }

    private static BiFunction<Settings, String, Settings> rules(BiFunction<LameDuckRules, String, LameDuckRules> with) {
        return (settings, value) -> settings.withLameDuckRules(with.apply(settings.lameDuckRules(), value));
    }

    private static LameDuckPolicy policy(String value) {
        return Arrays.stream(LameDuckPolicy.values())
                .filter(each -> each.name().equalsIgnoreCase(value.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected: adaptive, fixed or none"));
    }

    private static int number(String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected: a whole number", e);
        }
    }
}
