package io.ebbtide.lint;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Numbers that no field of a manifest holds, declared in {@code lint.ebbtide.io} annotations of a workload or its pods. */
final class DeclaredNumbers {
    static final String PREFIX = "lint.ebbtide.io/";
    static final String IGNORE = PREFIX + "ignore.";
    private static final List<String> DURATIONS =
            List.of("lame-duck", "drain", "stop", "longest-request", "idle-timeout", "propagation");
    private static final List<String> COUNTS = List.of("pool-size", "database-connections");

    private DeclaredNumbers() {}

    /** This duration, if it is declared and can be read. */
    static Optional<Sourced<Duration>> duration(Workload workload, String name) {
        Value value = workload.annotation(PREFIX + name);
        if (!value.exists()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Sourced.of(Spans.parse(value.text()), "annotation " + PREFIX + name));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // check() reports it
        }
    }

    /** This whole number, if it is declared and can be read. */
    static Optional<Sourced<Long>> count(Workload workload, String name) {
        Value value = workload.annotation(PREFIX + name);
        return value.integer().isPresent()
                ? Optional.of(Sourced.of(value.integer().getAsLong(), "annotation " + PREFIX + name))
                : Optional.empty();
    }

    /** The rule bad-declaration. */
    static void check(World world, Rule.Found found) {
        for (Manifest manifest : world.manifests()) {
            for (Value annotations : List.of(
                    manifest.at("metadata.annotations"),
                    manifest.at("spec.template.metadata.annotations"),
                    manifest.at("spec.jobTemplate.spec.template.metadata.annotations"))) {
                for (Value each : annotations.fields()) {
                    if (each.key().startsWith(PREFIX) && !each.key().startsWith(IGNORE)) {
                        check(manifest, each, found);
                    }
                }
            }
        }
    }

    private static void check(Manifest manifest, Value annotation, Rule.Found found) {
        String name = annotation.key().substring(PREFIX.length());
        if (!DURATIONS.contains(name) && !COUNTS.contains(name)) {
            found.at(
                    manifest,
                    annotation,
                    "%s means nothing (expected: ignore.<rule>, %s)"
                            .formatted(
                                    annotation.key(), String.join(", ", DURATIONS) + ", " + String.join(", ", COUNTS)),
                    "correct the name, or take it out");
        } else if (DURATIONS.contains(name)) {
            try {
                Spans.parse(annotation.text());
            } catch (IllegalArgumentException e) {
                found.at(
                        manifest,
                        annotation,
                        "%s: %s (%s)".formatted(annotation.key(), annotation.text(), e.getMessage()),
                        "write it with its unit, such as \"30s\"");
            }
        } else if (annotation.integer().isEmpty()) {
            found.at(
                    manifest,
                    annotation,
                    "%s: %s (expected: a whole number)".formatted(annotation.key(), annotation.text()),
                    "write a whole number in quotes, such as \"10\"");
        }
    }
}
