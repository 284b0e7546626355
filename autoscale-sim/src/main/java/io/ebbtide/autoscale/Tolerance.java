package io.ebbtide.autoscale;

import io.ebbtide.internal.Expect;

/**
 * How far the ratio of value to target may differ from 1 without any scaling. Immutable.
 *
 * @param down by how much the ratio may be below 1, {@code >= 0}
 * @param up by how much it may be above 1, {@code >= 0}
 */
record Tolerance(double down, double up) {
    Tolerance {
        check(down, "tolerance.down");
        check(up, "tolerance.up");
    }

    private static void check(double value, String name) {
        if (!(value >= 0) || value > 1000) {
            throw Expect.wrong(name, value, "0 to 1000, such as 0.1 for 10 %");
        }
    }

    boolean includes(double ratio) {
        return 1 - down <= ratio && ratio <= 1 + up;
    }
}
