package io.ebbtide.lint.read;

import org.jspecify.annotations.Nullable;

/**
 * Where a document was read. Immutable.
 *
 * @param file the file as named in the input, or {@code <stdin>}
 * @param template the chart's file that Helm names in a {@code # Source:} comment before the document; null if there is none
 */
public record Origin(String file, @Nullable String template) {
    /** The origin as text: both names, if there are two. */
    public String text() {
        return template == null ? file : file + " (" + template + ")";
    }
}
