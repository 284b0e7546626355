package io.ebbtide.testkit.contract;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of the trial of one promise. Immutable.
 *
 * @param failure how it was not kept; null if it was
 */
record Outcome(Promise promise, Duration took, @Nullable Throwable failure) {
    boolean kept() {
        return failure == null;
    }
}
