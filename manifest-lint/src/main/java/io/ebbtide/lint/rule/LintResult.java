package io.ebbtide.lint.rule;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.model.World;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Sources;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What all rules have found in one input. Immutable.
 *
 * @param findings those that are not suppressed, by file and line
 * @param suppressed those that annotations suppress, each with its reason
 * @param objects the number of checked objects
 */
public record LintResult(List<Finding> findings, List<Finding> suppressed, int objects) {
    /** Checks what has been read. */
    public static LintResult of(Sources sources, Schema schema) {
        List<Manifest> manifests = sources.manifests();
        var suppressions = new Suppressions();
        var unknownKinds = new HashSet<String>();
        for (Manifest each : manifests) {
            for (Finding finding : StrictCheck.of(each, schema)) {
                // A kind that is not checked is reported once.
                if (!finding.rule().equals(StrictRules.UNKNOWN_KIND.id())
                        || unknownKinds.add(each.apiVersion() + " " + each.kind())) {
                    suppressions.take(each, finding);
                }
            }
        }
        var world = new World(manifests);
        for (Rule rule : Rules.all()) {
            var folded = new FoldedFindings(rule);
            rule.check().run(world, folded);
            folded.all().forEach(each -> suppressions.take(each.manifest(), each.finding()));
        }
        suppressions.judge(manifests);
        var open = new ArrayList<>(StrictRules.of(sources.omissions()));
        open.addAll(suppressions.open());
        if (manifests.isEmpty() && sources.patches() == 0 && open.stream().noneMatch(LintResult::isUnreadable)) {
            open.addAll(StrictRules.nothingIn(sources.names()));
        }
        return new LintResult(sorted(open), sorted(suppressions.passed()), manifests.size());
    }

    private static List<Finding> sorted(List<Finding> findings) {
        return findings.stream()
                .distinct()
                .sorted(Comparator.comparing(Finding::file)
                        .thenComparingInt(Finding::line)
                        .thenComparingInt(Finding::column)
                        .thenComparing(Finding::severity)
                        .thenComparing(Finding::rule)
                        .thenComparing(Finding::numbers))
                .toList();
    }

    /** Returns a copy without the findings of these rules; findings of unreadable input remain. */
    public LintResult without(Set<String> rules) {
        return new LintResult(
                findings.stream()
                        .filter(each -> isUnreadable(each) || !rules.contains(each.rule()))
                        .toList(),
                suppressed,
                objects);
    }

    /** Whether all input could be read, and held at least one object. */
    public boolean readable() {
        return findings.stream().noneMatch(LintResult::isUnreadable);
    }

    private static boolean isUnreadable(Finding finding) {
        return finding.rule().equals(StrictRules.UNREADABLE.id());
    }

    /** Whether there is a finding of this severity or a worse one. */
    public boolean has(Severity atLeast) {
        return findings.stream().anyMatch(each -> each.severity().atLeast(atLeast));
    }
}
