package io.ebbtide.lint.finding;

import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One violation that a rule has found. Immutable. Secrets in its texts are replaced by {@code ***}.
 *
 * @param rule the rule's id, stable
 * @param severity how bad it is
 * @param file the file, or {@code <stdin>}
 * @param template the chart's file that Helm named for it; null if there is none
 * @param line from 1; 0 if the whole file is meant
 * @param column from 1; 0 if the whole file is meant
 * @param object the object as {@code Deployment shop/orders}; "" if there is none
 * @param path the path in the object, such as {@code spec.replicas}; "" for the whole object
 * @param what the problem, in one sentence
 * @param numbers the addition or inequality, each number with its source
 * @param fix the text to write instead
 * @param reason why the finding is suppressed; null if it is not
 */
public record Finding(
        String rule,
        Severity severity,
        String file,
        @Nullable String template,
        int line,
        int column,
        String object,
        String path,
        String what,
        String numbers,
        String fix,
        @Nullable String reason) {
    /** Manifests hold commands, options and addresses with passwords: none of them reaches a report. */
    public Finding {
        object = clean(object);
        path = clean(path);
        what = clean(what);
        numbers = clean(numbers);
        fix = clean(fix);
        reason = reason == null ? null : clean(reason);
    }

    private static String clean(String text) {
        return Redact.text(text).lines().map(Printable::escape).collect(Collectors.joining("\n"));
    }

    /** Whether an annotation in the manifest suppresses the finding, with a reason. */
    public boolean suppressed() {
        return reason != null;
    }

    /** Returns a copy with the given severity. */
    public Finding withSeverity(Severity other) {
        return new Finding(rule, other, file, template, line, column, object, path, what, numbers, fix, reason);
    }

    /** Returns a copy that is suppressed for the given reason. */
    public Finding suppressedBecause(String because) {
        return new Finding(rule, severity, file, template, line, column, object, path, what, numbers, fix, because);
    }

    /** The place, in the form that editors understand: {@code file:line:column}. */
    public String place() {
        String shown = Printable.escape(file);
        return line == 0 ? shown : shown + ":" + line + ":" + column;
    }

    /** The address of the rule's explanation. */
    public String link() {
        return "docs/operate/lint.md#" + rule;
    }

    /** The finding as a few lines of text. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        text.append(place())
                .append(": ")
                .append(severity.text())
                .append(": ")
                .append(what)
                .append(" [")
                .append(rule)
                .append("]\n");
        if (!object.isEmpty()) {
            line(text, "object", object + (path.isEmpty() ? "" : ", " + path));
        }
        if (template != null) {
            line(text, "source", template);
        }
        line(text, "numbers", numbers);
        line(text, "fix", fix);
        line(text, "why", link());
        if (reason != null) {
            line(text, "ignored", reason);
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
}
