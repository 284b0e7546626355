package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.model.DeclaredNumbers;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import io.ebbtide.lint.read.ValueKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Suppresses findings that an annotation of the same object ignores, with a reason. Not thread-safe. */
final class Suppressions {
    private final Set<Value> used = new HashSet<>();
    private final List<Finding> open = new ArrayList<>();
    private final List<Finding> passed = new ArrayList<>();

    List<Finding> open() {
        return open;
    }

    List<Finding> passed() {
        return passed;
    }

    void take(Manifest manifest, Finding finding) {
        Value annotation = manifest.annotation(DeclaredNumbers.IGNORE + finding.rule());
        String reason = annotation.textOr("").strip();
        if (annotation.is(ValueKind.ABSENT) || finding.rule().equals(StrictRules.UNREADABLE.id())) {
            open.add(finding);
            return;
        }
        used.add(annotation);
        if (reason.isEmpty()) {
            open.add(finding);
        } else {
            passed.add(finding.suppressedBecause(reason));
        }
    }

    /** Reports, once all findings are known, annotations without a reason, and annotations that suppressed nothing. */
    void judge(List<Manifest> manifests) {
        for (Manifest manifest : manifests) {
            for (Value each : manifest.at("metadata.annotations").fields()) {
                if (each.key().startsWith(DeclaredNumbers.IGNORE)) {
                    judge(manifest, each, each.key().substring(DeclaredNumbers.IGNORE.length()));
                }
            }
        }
    }

    private void judge(Manifest manifest, Value annotation, String rule) {
        if (annotation.textOr("").isBlank()) {
            open.add(StrictRules.IGNORED_WITHOUT_REASON.finding(
                    manifest,
                    annotation,
                    "%s: \"\" (expected: a reason)".formatted(annotation.key()),
                    "%s: \"why it is acceptable here\"".formatted(annotation.key())));
        }
        if (!used.contains(annotation)) {
            boolean known = Rules.find(rule).isPresent();
            open.add(StrictRules.IGNORED_NOTHING.finding(
                    manifest,
                    annotation,
                    known
                            ? "%s has no finding in %s".formatted(rule, manifest.text())
                            : "%s is not a rule".formatted(rule),
                    "remove it"));
        }
    }
}
