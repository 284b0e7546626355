package io.ebbtide.lint;

import java.util.Locale;

/** How bad a finding is. */
public enum Severity {
    /** It cannot work, or requests are lost by it. */
    ERROR,
    /** It works, and some day or for some clients it does not. */
    WARNING,
    /** Worth knowing; nothing breaks. */
    NOTE;

    /** The name as users write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean atLeast(Severity bound) {
        return compareTo(bound) <= 0;
    }
}
