package io.ebbtide.lint.report;

import io.ebbtide.internal.Printable;
import java.util.stream.Collectors;

/** Makes JSON harmless to a terminal. */
final class PrintableJson {
    private PrintableJson() {}

    /** The text with all control characters but line feeds escaped, as JSON may have them in its strings, too. */
    static String of(String json) {
        return json.lines().map(Printable::escape).collect(Collectors.joining("\n"));
    }
}
