package io.ebbtide;

import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckReadiness;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Redact;
import io.ebbtide.probe.ProbeDetails;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** Overrides settings from environment variables: the operator knows the platform better than the developer. */
final class EnvironmentSettings {
    /** Read even if other variables are wrong, to report them there. */
    static final String TERMINATION_LOG = "EBBTIDE_TERMINATION_LOG";

    private static final String PREFIX = "EBBTIDE_";

    /** Each variable and its setter. Created on first use: many processes never need it. */
    private static final class Variables {
        static final Map<String, BiFunction<Settings, String, Settings>> ALL = variables();
    }

    private EnvironmentSettings() {}

    /**
     * Returns the settings, overridden by the environment.
     *
     * @throws IllegalArgumentException if a value is wrong; the message names the variable, its value, and what was
     *     expected
     */
    static Settings override(Settings settings, Map<String, String> environment) {
        if (ours(environment).isEmpty()) {
            return settings;
        }
        Settings overridden = settings;
        for (var variable : Variables.ALL.entrySet()) {
            String value = environment.get(variable.getKey());
            if (value != null && !isServiceLink(value)) {
                try {
                    overridden = variable.getValue().apply(overridden, value);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "%s=%s is wrong: %s".formatted(variable.getKey(), Redact.oneLine(value), e.getMessage()),
                            e);
                }
            }
        }
        return overridden;
    }

    /**
     * Returns the settings with one replaced, by its name in other kinds of configuration.
     *
     * @throws IllegalArgumentException if no setting has this name, or the value is wrong
     */
    static Settings set(Settings settings, String name, String value) {
        var setter = Variables.ALL.get(variable(name));
        if (setter == null || !name.equals(plain(variable(name)))) {
            throw Expect.wrong(
                    "setting",
                    name,
                    Variables.ALL.keySet().stream()
                            .map(EnvironmentSettings::plain)
                            .collect(Collectors.joining(", ")));
        }
        return setter.apply(settings, value);
    }

    private static String variable(String name) {
        return PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String plain(String variable) {
        return variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns the names with our prefix that are no settings: typing errors, or service links that Kubernetes adds. Sorted. */
    static List<String> unknown(Map<String, String> environment) {
        SortedSet<String> ours = ours(environment);
        if (!ours.isEmpty()) {
            ours.removeAll(Variables.ALL.keySet());
        }
        return List.copyOf(ours);
    }

    /** Returns the names of settings whose value Kubernetes has set for a Service of that name, sorted. */
    static List<String> serviceLinks(Map<String, String> environment) {
        List<String> links = new ArrayList<>();
        for (String name : ours(environment)) {
            if (isServiceLink(environment.getOrDefault(name, "")) && Variables.ALL.containsKey(name)) {
                links.add(name);
            }
        }
        return links;
    }

    /** Returns warnings about variables that are ignored; the list is mutable. */
    static List<String> warnings(Map<String, String> environment) {
        List<String> warnings = new ArrayList<>();
        for (String link : serviceLinks(environment)) {
            warnings.add(link
                    + " is ignored: Kubernetes sets it for a Service of that name in this namespace (expected: a setting of"
                    + " Ebbtide); set enableServiceLinks: false in the pod's template");
        }
        List<String> unknown = unknown(environment);
        if (!unknown.isEmpty()) {
            warnings.add("unknown settings: %s (known: %s)".formatted(unknown, known()));
        }
        return warnings;
    }

    /**
     * A Service named {@code ebbtide-management} gives every pod of its namespace {@code
     * EBBTIDE_MANAGEMENT_PORT=tcp://10.0.0.7:80} (Kubernetes, "Accessing the Service", environment variables).
     */
    private static boolean isServiceLink(String value) {
        return value.startsWith("tcp://") || value.startsWith("udp://") || value.startsWith("sctp://");
    }

    private static SortedSet<String> ours(Map<String, String> environment) {
        var ours = new TreeSet<String>();
        for (String name : environment.keySet()) {
            if (name.startsWith(PREFIX)) {
                ours.add(name);
            }
        }
        return ours;
    }

    /** Returns the names of all settings. */
    static List<String> known() {
        return List.copyOf(Variables.ALL.keySet());
    }

    private static Map<String, BiFunction<Settings, String, Settings>> variables() {
        var variables = new TreeMap<String, BiFunction<Settings, String, Settings>>();
        variables.put("EBBTIDE_GRACE", duration(Settings::withGrace));
        variables.put("EBBTIDE_PRE_STOP", duration(Settings::withPreStop));
        variables.put("EBBTIDE_LAME_DUCK", duration(Settings::withLameDuck));
        variables.put("EBBTIDE_DRAIN", duration(Settings::withDrain));
        variables.put("EBBTIDE_STOP", duration(Settings::withStop));
        variables.put("EBBTIDE_MARGIN", duration(Settings::withMargin));
        for (WorkKind kind : WorkKind.values()) {
            variables.put("EBBTIDE_DRAIN_" + kind, duration((settings, limit) -> settings.withDrainLimit(kind, limit)));
        }
        variables.put(
                "EBBTIDE_LAME_DUCK_POLICY",
                rules((rules, value) -> rules.withPolicy(oneOf(LameDuckPolicy.values(), value))));
        variables.put("EBBTIDE_LAME_DUCK_MIN", rules((rules, value) -> rules.withMinimum(Durations.parse(value))));
        variables.put("EBBTIDE_SENDERS", rules((rules, value) -> rules.withSenders(number(value))));
        variables.put(
                "EBBTIDE_LAME_DUCK_READINESS",
                rules((rules, value) -> rules.withReadiness(oneOf(LameDuckReadiness.values(), value))));
        variables.put("EBBTIDE_MANAGEMENT_PORT", (settings, value) -> settings.withManagementPort(number(value)));
        variables.put("EBBTIDE_MANAGEMENT_ADDRESS", Settings::withManagementAddress);
        variables.put(TERMINATION_LOG, Settings::withTerminationLog);
        variables.put(
                "EBBTIDE_PROBE_DETAILS",
                (settings, value) -> settings.withProbeDetails(oneOf(ProbeDetails.values(), value)));
        return Collections.unmodifiableMap(variables);
    }

    private static BiFunction<Settings, String, Settings> duration(BiFunction<Settings, Duration, Settings> with) {
        return (settings, value) -> with.apply(settings, Durations.parse(value));
    }

    private static BiFunction<Settings, String, Settings> rules(BiFunction<LameDuckRules, String, LameDuckRules> with) {
        return (settings, value) -> settings.withLameDuckRules(with.apply(settings.lameDuckRules(), value));
    }

    private static <E extends Enum<E>> E oneOf(E[] values, String value) {
        return Arrays.stream(values)
                .filter(each -> each.name().equalsIgnoreCase(value.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected: "
                        + Arrays.stream(values)
                                .map(each -> each.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(" or "))));
    }

    private static int number(String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected: a whole number", e);
        }
    }
}
