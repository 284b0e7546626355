package io.ebbtide.lint;

import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a rule has found. Immutable. Secrets in its texts are replaced by {@code ***}.
 *
 * @param rule the rule's id, stable
 * @param severity how bad it is
 * @param file the file, or {@code <stdin>}
 * @param template the chart's file that Helm named for it; null if none was
 * @param line from 1; 0 if the whole file is meant
 * @param column from 1; 0 if the whole file is meant
 * @param object the object as {@code Deployment shop/orders}; "" if there is none
 * @param path where in the object, such as {@code spec.replicas}; "" for all of it
 * @param what what is wrong, in one sentence
 * @param numbers the addition or inequality, each number with where it comes from
 * @param fix what to write instead
 * @param reason why somebody lets it pass; null if nobody does
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
        return printable(Redact.text(text));
    }

    /** The text with all control characters but line feeds escaped, as JSON may have them in its strings, too. */
    static String printable(String text) {
        return text.lines().map(Printable::escape).collect(Collectors.joining("\n"));
    }

    /** Whether an annotation in the manifest lets it pass, with a reason. */
    public boolean suppressed() {
        return reason != null;
    }

    Finding withSeverity(Severity other) {
        return new Finding(rule, other, file, template, line, column, object, path, what, numbers, fix, reason);
    }

    /** The same, with how many more of its kind were folded into it. */
    Finding withMore(int more) {
        return new Finding(
                rule,
                severity,
                file,
                template,
                line,
                column,
                object,
                path,
                what,
                "%s; and %,d more like it".formatted(numbers, more),
                fix,
                reason);
    }

    Finding suppressedBecause(String because) {
        return new Finding(rule, severity, file, template, line, column, object, path, what, numbers, fix, because);
    }

    /** Where it is, as editors understand it: {@code file:line:column}. */
    String place() {
        String shown = Printable.escape(file);
        return line == 0 ? shown : shown + ":" + line + ":" + column;
    }

    /** A few lines for a reader. */
    @Override
    public String toString() {
        return TextReport.plain(this);
    }
}
