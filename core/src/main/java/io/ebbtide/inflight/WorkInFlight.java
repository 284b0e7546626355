package io.ebbtide.inflight;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One unit of work in flight, as it was when it was listed. Immutable.
 *
 * @param kind its kind
 * @param description its owner's description, such as method and path
 * @param age how long it has been in flight
 * @param thread the thread that works on it as far as is known; null if none is known
 */
public record WorkInFlight(
        WorkKind kind,
        String description,
        Duration age,
        @Nullable Thread thread) {}
