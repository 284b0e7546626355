package io.ebbtide.testkit.contract;

import java.io.IOException;
import java.time.Duration;

/**
 * A request and its answer, in the words of no server. The test of an adapter implements it with what its server gives to
 * handlers, and nothing more: no catching, no buffering, so that what the contract sees is the server. Called by the
 * handler's thread alone.
 */
public interface Exchange {
    /** As on the request line. */
    String method();

    /** The path on the request line, without query. */
    String path();

    /** Reads the body to its end; blocks until it is there. */
    byte[] body() throws IOException;

    /** Sets the status, which is 200 unless set. */
    void status(int status);

    /** Sets the media type of the answer, which has none unless set. */
    void contentType(String type);

    /** Writes a part of the answer's body, without setting its length; blocks while the client reads slowly. */
    void write(byte[] bytes) throws IOException;

    /** Sends what was written so far. */
    void flush() throws IOException;

    /**
     * Answers 101 and takes the connection over, by whatever the server has for that. The request asks for {@code websocket}
     * and bears a valid key.
     *
     * @throws UnsupportedOperationException if the server has nothing for that
     */
    void upgrade() throws Exception;

    /**
     * Leaves the request open when its handler returns.
     *
     * @param timeout after which the server is to end it, where it has such a thing
     */
    OpenExchange open(Duration timeout) throws Exception;
}
