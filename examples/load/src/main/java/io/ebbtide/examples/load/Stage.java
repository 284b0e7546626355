package io.ebbtide.examples.load;

import io.ebbtide.internal.Expect;
import java.time.Duration;

/**
 * A part of a profile: the rate changes linearly from one value to another. Immutable.
 *
 * @param name its name in the report
 * @param fromPerSecond requests per second at its start, {@code >= 0}
 * @param toPerSecond requests per second at its end, {@code >= 0}
 * @param length {@code > 0}
 */
record Stage(String name, double fromPerSecond, double toPerSecond, Duration length) {
    Stage {
        Expect.positive(length, "length");
        if (!(fromPerSecond >= 0 && toPerSecond >= 0)) {
            throw Expect.wrong("rate", fromPerSecond + " to " + toPerSecond, ">= 0");
        }
    }

    /** Requests per second at a moment of the stage, from 0 to its length. */
    double rateAt(Duration moment) {
        return fromPerSecond + (toPerSecond - fromPerSecond) * moment.toNanos() / length.toNanos();
    }
}
