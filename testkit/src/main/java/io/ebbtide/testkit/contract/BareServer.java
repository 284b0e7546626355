package io.ebbtide.testkit.contract;

/**
 * A started server without the adapter, whose answer to a request that it refuses by itself is the expected one. Immutable.
 *
 * @param port the port on which it listens, at least on loopback
 * @param end stops it
 */
public record BareServer(int port, End end) implements AutoCloseable {
    /** How a server is stopped. */
    @FunctionalInterface
    public interface End {
        /** Stops it; may block for some seconds. */
        void stop() throws Exception;
    }

    /** Stops the server. */
    @Override
    public void close() throws Exception {
        end.stop();
    }
}
