package io.ebbtide.lint;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Findings as text. */
final class TextReport {
    private static final String RESET = "\u001b[0m";

    private TextReport() {}

    static String plain(Finding finding) {
        return text(finding, false);
    }

    static String plain(ManifestLint lint) {
        return text(lint, false);
    }

    static String text(ManifestLint lint, boolean colours) {
        String findings =
                lint.findings().stream().map(each -> text(each, colours)).collect(Collectors.joining());
        return findings + summary(lint) + "\n";
    }

    /** The number of findings of each rule, by severity (worst first) and number (largest first), and the sum as below the findings. */
    static String byRule(ManifestLint lint) {
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

    private static String text(Finding finding, boolean colours) {
        var text = new StringBuilder();
        text.append(finding.place())
                .append(": ")
                .append(coloured(finding.severity(), colours))
                .append(": ")
                .append(finding.what())
                .append(" [")
                .append(finding.rule())
                .append("]\n");
        if (!finding.object().isEmpty()) {
            line(text, "object", finding.object() + (finding.path().isEmpty() ? "" : ", " + finding.path()));
        }
        if (finding.template() != null) {
            line(text, "source", finding.template());
        }
        line(text, "numbers", finding.numbers());
        line(text, "fix", finding.fix());
        line(text, "why", "docs/operate/lint.md#" + finding.rule());
        if (finding.reason() != null) {
            line(text, "ignored", finding.reason());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("    ")
                .append("%-8s".formatted(name))
                .append(' ')
                .append(value.replace("\n", " "))
                .append('\n');
    }

    private static String summary(ManifestLint lint) {
        return "%s, %s, %s in %s%s"
                .formatted(
                        count(lint, Severity.ERROR),
                        count(lint, Severity.WARNING),
                        count(lint, Severity.NOTE),
                        counted(lint.objects(), "object"),
                        lint.suppressed().isEmpty()
                                ? ""
                                : "; %d let pass with a reason"
                                        .formatted(lint.suppressed().size()));
    }

    private static String count(ManifestLint lint, Severity severity) {
        return counted(
                lint.findings().stream()
                        .filter(each -> each.severity() == severity)
                        .count(),
                severity.text());
    }

    private static String counted(long number, String name) {
        return number + " " + name + (number == 1 ? "" : "s");
    }

    private static String coloured(Severity severity, boolean colours) {
        if (!colours) {
            return severity.text();
        }
        String colour = switch (severity) {
            case ERROR -> "\u001b[1;31m";
            case WARNING -> "\u001b[1;33m";
            case NOTE -> "\u001b[1;36m";
        };
        return colour + severity.text() + RESET;
    }
}
