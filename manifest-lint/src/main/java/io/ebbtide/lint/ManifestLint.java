package io.ebbtide.lint;

import io.ebbtide.internal.Expect;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The result of linting a set of manifests. Obtained with {@link #of}. In a test:
 *
 * <pre>{@code
 * ManifestLint.of(Path.of("deploy")).assertClean();
 * }</pre>
 *
 * <p>All files together form one input: a Service selects pods by label, an autoscaler names a Deployment, regardless of the
 * files they are in. Immutable.
 */
public final class ManifestLint {
    private final List<Finding> findings;
    private final List<Finding> suppressed;
    private final int objects;

    private ManifestLint(List<Finding> findings, List<Finding> suppressed, int objects) {
        this.findings = findings;
        this.suppressed = suppressed;
        this.objects = objects;
    }

    /**
     * Reads and checks files and folders (all {@code .yaml}, {@code .yml} and {@code .json} below them). Unreadable input
     * is a finding, not an exception, and so is input without any object. Takes some milliseconds for each hundred objects.
     */
    public static ManifestLint of(Path... paths) {
        var sources = new Sources();
        for (Path path : Expect.list(Arrays.asList(Expect.present(paths, "paths")), "paths")) {
            sources.add(path);
        }
        return judged(sources);
    }

    /**
     * Reads and checks a stream of documents, which the caller closes.
     *
     * @param name its name in findings
     */
    public static ManifestLint of(InputStream stream, String name) {
        var sources = new Sources();
        sources.add(Expect.present(stream, "stream"), Expect.present(name, "name"));
        return judged(sources);
    }

    static ManifestLint judged(Sources sources) {
        return judged(sources, Schema.kubernetes());
    }

    static ManifestLint judged(Sources sources, Schema schema) {
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
        var open = new ArrayList<>(sources.findings());
        open.addAll(suppressions.open());
        if (manifests.isEmpty() && sources.patches() == 0 && open.stream().noneMatch(ManifestLint::isUnreadable)) {
            open.addAll(StrictRules.nothingIn(sources.names()));
        }
        return new ManifestLint(sorted(open), sorted(suppressions.passed()), manifests.size());
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
    public ManifestLint without(Set<String> rules) {
        return new ManifestLint(
                findings.stream()
                        .filter(each -> isUnreadable(each) || !rules.contains(each.rule()))
                        .toList(),
                suppressed,
                objects);
    }

    /** The findings that are not suppressed, by file and line. */
    public List<Finding> findings() {
        return findings;
    }

    /** The findings that annotations suppress, each with its reason. */
    public List<Finding> suppressed() {
        return suppressed;
    }

    /** The number of checked objects. */
    public int objects() {
        return objects;
    }

    /** Whether all input could be read, and held at least one object. */
    public boolean readable() {
        return findings.stream().noneMatch(ManifestLint::isUnreadable);
    }

    private static boolean isUnreadable(Finding finding) {
        return finding.rule().equals(StrictRules.UNREADABLE.id());
    }

    boolean has(Severity atLeast) {
        return findings.stream().anyMatch(each -> each.severity().atLeast(atLeast));
    }

    /**
     * Passes if there is neither an error nor a warning; notes are allowed. If no object was checked, there is an error.
     *
     * @throws AssertionError otherwise, with the text of all findings
     */
    public void assertClean() {
        assertClean(Severity.WARNING);
    }

    /**
     * Passes if there is no finding of this severity or a worse one.
     *
     * @throws AssertionError otherwise, with the text of all findings
     */
    public void assertClean(Severity atLeast) {
        if (has(atLeast)) {
            throw new AssertionError(TextReport.plain(this));
        }
    }
}
