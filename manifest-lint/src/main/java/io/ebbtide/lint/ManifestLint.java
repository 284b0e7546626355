package io.ebbtide.lint;

import io.ebbtide.internal.Expect;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.read.Sources;
import io.ebbtide.lint.report.TextReport;
import io.ebbtide.lint.rule.LintResult;
import io.ebbtide.lint.rule.Schema;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
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
    private final LintResult result;

    private ManifestLint(LintResult result) {
        this.result = result;
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

    private static ManifestLint judged(Sources sources) {
        return new ManifestLint(LintResult.of(sources, Schema.kubernetes()));
    }

    /** Returns a copy without the findings of these rules; findings of unreadable input remain. */
    public ManifestLint without(Set<String> rules) {
        return new ManifestLint(result.without(rules));
    }

    /** The findings that are not suppressed, by file and line. */
    public List<Finding> findings() {
        return result.findings();
    }

    /** The findings that annotations suppress, each with its reason. */
    public List<Finding> suppressed() {
        return result.suppressed();
    }

    /** The number of checked objects. */
    public int objects() {
        return result.objects();
    }

    /** Whether all input could be read, and held at least one object. */
    public boolean readable() {
        return result.readable();
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
        if (result.has(atLeast)) {
            throw new AssertionError(TextReport.plain(result));
        }
    }
}
