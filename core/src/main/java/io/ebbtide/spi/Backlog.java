package io.ebbtide.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Work that has not begun yet, such as a queue in this process or this consumer's share of an external one. Read by meters at
 * each scrape, on any thread: must be quick, must not block and should not throw: if it does, its meters report its last value.
 */
@FunctionalInterface
public interface Backlog {
    /** Returns the number of waiting units of work, {@code >= 0}. */
    int depth();

    /**
     * Returns how long the oldest has waited: zero if nothing waits. Null, the default, means unknown: then there is no such
     * series.
     */
    default @Nullable Duration oldest() {
        return null;
    }
}
