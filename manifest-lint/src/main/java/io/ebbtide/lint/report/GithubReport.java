package io.ebbtide.lint.report;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.rule.LintResult;
import java.util.stream.Collectors;

/** Findings as workflow commands of GitHub Actions, which shows each beside its line: {@code ::error file=...,line=...::...}. */
public final class GithubReport {
    private GithubReport() {}

    public static String text(LintResult lint) {
        return lint.findings().stream().map(GithubReport::text).collect(Collectors.joining());
    }

    private static String text(Finding finding) {
        String level = switch (finding.severity()) {
            case ERROR -> "error";
            case WARNING -> "warning";
            case NOTE -> "notice";
        };
        String place = "file=" + property(finding.file())
                + (finding.line() == 0 ? "" : ",line=" + finding.line() + ",col=" + finding.column())
                + ",title=" + property(finding.rule());
        String object = finding.object().isEmpty() ? "" : finding.object() + ": ";
        return "::%s %s::%s\n"
                .formatted(
                        level,
                        place,
                        data("%s%s %s. Fix: %s".formatted(object, finding.what(), finding.numbers(), finding.fix())));
    }

    /** Escapes a message, which ends at the end of its line, with percent signs. */
    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
