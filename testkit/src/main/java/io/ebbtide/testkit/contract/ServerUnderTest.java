package io.ebbtide.testkit.contract;

import io.ebbtide.spi.TrafficSource;
import java.util.function.IntSupplier;

/**
 * A server that has not been started. Immutable.
 *
 * @param source the source that is passed to {@code EbbtideBuilder.serve}
 * @param port the port on which it listens, -1 before its start
 */
public record ServerUnderTest(TrafficSource source, IntSupplier port) {}
