package io.ebbtide.inflight;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One unit of work in flight, as it was at the moment of the look. Immutable.
 *
 * @param kind what it is
 * @param description what its owner said of it, such as method and path
 * @param age how long it has been in flight
 * @param thread the thread that works on it as far as is known; null where none is known to
 */
public record WorkInFlight(
        WorkKind kind,
        String description,
        Duration age,
        @Nullable Thread thread) {}
