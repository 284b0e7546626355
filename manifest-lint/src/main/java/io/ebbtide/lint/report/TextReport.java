package io.ebbtide.lint.report;

import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.rule.LintResult;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Findings as text. */
public final class TextReport {
    private static final String RESET = "\u001b[0m";

    private TextReport() {}

    public static String plain(LintResult lint) {
        return text(lint, false);
    }

    public static String text(LintResult lint, boolean colours) {
        String findings =
                lint.findings().stream().map(each -> text(each, colours)).collect(Collectors.joining());
        return findings + summary(lint) + "\n";
    }

    /** The number of findings of each rule, by severity (worst first) and number (largest first), and the sum as below the findings. */
    public static String byRule(LintResult lint) {
        var counts = new HashMap<Kind, Integer>();
        lint.findings().forEach(each -> counts.merge(new Kind(each.severity(), each.rule()), 1, Integer::sum));
        return counts.entrySet().stream()
                        .sorted(Comparator.comparing((Map.Entry<Kind, Integer> each) ->
                                        each.getKey().severity())
                                .thenComparing(each -> -each.getValue())
                                .thenComparing(each -> each.getKey().rule()))
                        .map(each -> "%6d %-8s %s\n"
                                .formatted(
                                        each.getValue(),
                                        each.getKey().severity().text(),
                                        each.getKey().rule()))
                        .collect(Collectors.joining())
                + summary(lint) + "\n";
    }

    /** The key by which findings are counted: a rule may be less severe in one place than in another. */
    private record Kind(Severity severity, String rule) {}

    /** The finding's own text, in which the severity is coloured. */
    private static String text(Finding finding, boolean colours) {
        String text = finding.toString();
        if (!colours) {
            return text;
        }
        String before = finding.place() + ": ";
        String severity = finding.severity().text();
        return before + coloured(finding.severity()) + text.substring(before.length() + severity.length());
    }

    private static String summary(LintResult lint) {
        return "%s, %s, %s in %s%s"
                .formatted(
                        count(lint, Severity.ERROR),
                        count(lint, Severity.WARNING),
                        count(lint, Severity.NOTE),
                        counted(lint.objects(), "object"),
                        lint.suppressed().isEmpty()
                                ? ""
                                : "; %d ignored with a reason"
                                        .formatted(lint.suppressed().size()));
    }

    private static String count(LintResult lint, Severity severity) {
        return counted(
                lint.findings().stream()
                        .filter(each -> each.severity() == severity)
                        .count(),
                severity.text());
    }

    private static String counted(long number, String name) {
        return number + " " + name + (number == 1 ? "" : "s");
    }

    private static String coloured(Severity severity) {
        String colour = switch (severity) {
            case ERROR -> "\u001b[1;31m";
            case WARNING -> "\u001b[1;33m";
            case NOTE -> "\u001b[1;36m";
        };
        return colour + severity.text() + RESET;
    }
}
