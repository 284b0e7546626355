package io.ebbtide;

import io.ebbtide.testing.FakeTicker;

/** Gives a service of a test in another package the test's own time. */
public final class VirtualTime {
    private VirtualTime() {}

    /** Returns the builder, of a service whose time passes only as the ticker is advanced. */
    public static EbbtideBuilder of(FakeTicker ticker, EbbtideBuilder builder) {
        return builder.ticker(ticker);
    }
}
