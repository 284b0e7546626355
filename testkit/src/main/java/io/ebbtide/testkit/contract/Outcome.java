package io.ebbtide.testkit.contract;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The result of the trial of one promise. Immutable.
 *
 * @param failure how the promise was broken; null if it was kept
 */
record Outcome(Promise promise, Duration took, @Nullable Throwable failure) {
    boolean kept() {
        return failure == null;
    }
}
