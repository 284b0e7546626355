package io.ebbtide.lifecycle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits to be begun, such as a queue in this process or this consumer's share of one outside. Read by meters when
 * somebody scrapes, on any thread: must be quick, must not block and should not throw: its meters then tell what it told last.
 */
@FunctionalInterface
public interface Backlog {
    /** How much waits, {@code >= 0}. */
    int depth();

    /**
     * How long the oldest has waited: zero if nothing waits. Null, unless an implementation says otherwise, for not known: then
     * there is no such series.
     */
    default @Nullable Duration oldest() {
        return null;
    }
}
