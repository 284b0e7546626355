package io.ebbtide.lifecycle;

import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;

/** What others call what they have written. */
final class Names {
    private Names() {}

    /** The name of a source, which may fail to tell it: nothing may end because of that, least of all a shutdown. */
    static String of(TrafficSource source) {
        try {
            return Printable.line(Redact.text(source.name()));
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return source.getClass().getName() + " (name() failed: "
                    + e.getClass().getSimpleName() + ")";
        }
    }
}
