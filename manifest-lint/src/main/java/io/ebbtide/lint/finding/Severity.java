package io.ebbtide.lint.finding;

import java.util.Locale;

/** How bad a finding is. */
public enum Severity {
    /** The configuration cannot work, or it loses requests. */
    ERROR,
    /** It works, but may fail later or for some clients. */
    WARNING,
    /** For information; nothing breaks. */
    NOTE;

    /** The name as users write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is as bad as the given one, or worse. */
    public boolean atLeast(Severity bound) {
        return compareTo(bound) <= 0;
    }
}
