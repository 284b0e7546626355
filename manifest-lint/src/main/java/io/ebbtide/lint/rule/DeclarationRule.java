package io.ebbtide.lint.rule;

import io.ebbtide.lint.model.DeclaredNumbers;
import io.ebbtide.lint.model.Spans;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.List;

/** Finds {@code lint.ebbtide.io} annotations that {@link DeclaredNumbers} cannot read. */
final class DeclarationRule {
    private DeclarationRule() {}

    /** The rule bad-declaration. */
    static void check(World world, Rule.Found found) {
        for (Manifest manifest : world.manifests()) {
            for (Value annotations : List.of(
                    manifest.at("metadata.annotations"),
                    manifest.at("spec.template.metadata.annotations"),
                    manifest.at("spec.jobTemplate.spec.template.metadata.annotations"))) {
                for (Value each : annotations.fields()) {
                    if (each.key().startsWith(DeclaredNumbers.PREFIX)
                            && !each.key().startsWith(DeclaredNumbers.IGNORE)) {
                        check(manifest, each, found);
                    }
                }
            }
        }
    }

    private static void check(Manifest manifest, Value annotation, Rule.Found found) {
        String name = annotation.key().substring(DeclaredNumbers.PREFIX.length());
        if (!DeclaredNumbers.DURATIONS.contains(name) && !DeclaredNumbers.COUNTS.contains(name)) {
            found.at(
                    manifest,
                    annotation,
                    "%s is unknown (expected: ignore.<rule>, %s)"
                            .formatted(
                                    annotation.key(),
                                    String.join(", ", DeclaredNumbers.DURATIONS) + ", "
                                            + String.join(", ", DeclaredNumbers.COUNTS)),
                    "correct the name, or remove it");
        } else if (DeclaredNumbers.DURATIONS.contains(name)) {
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
