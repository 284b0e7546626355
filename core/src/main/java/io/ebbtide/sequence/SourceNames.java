package io.ebbtide.sequence;

import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import io.ebbtide.spi.TrafficSource;

/** User-supplied names. */
final class SourceNames {
    private SourceNames() {}

    /** Returns the name of a source. A failure of {@code name()} must not end anything, above all not a shutdown. */
    static String of(TrafficSource source) {
        try {
            return Printable.line(Redact.text(source.name()));
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return source.getClass().getName() + " (name() failed: "
                    + e.getClass().getSimpleName() + ")";
        }
    }
}
