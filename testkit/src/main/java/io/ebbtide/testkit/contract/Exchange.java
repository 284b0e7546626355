package io.ebbtide.testkit.contract;

import java.io.IOException;
import java.time.Duration;

/**
 * A request and its answer, independent of the server. The test of an adapter implements it directly with the objects that its
 * server passes to handlers: no catching, no buffering, so that the contract observes the server. Called by the
 * handler's thread alone.
 */
public interface Exchange {
    /** The method, as on the request line. */
    String method();

    /** The path on the request line, without query. */
    String path();

    /** Reads the body to its end; blocks until it has been received. */
    byte[] body() throws IOException;

    /** Sets the status, which is 200 unless set. */
    void status(int status);

    /** Sets the media type of the answer, which has none unless set. */
    void contentType(String type);

    /** Writes a part of the answer's body, without setting its length; blocks while the client reads slowly. */
    void write(byte[] bytes) throws IOException;

    /** Sends the bytes written so far. */
    void flush() throws IOException;

    /**
     * Answers 101 and takes the connection over, with the server's own API. The request asks for {@code websocket}
     * and has a valid key.
     *
     * @throws UnsupportedOperationException if the server does not support that
     */
    void upgrade() throws Exception;

    /**
     * Leaves the request open when its handler returns.
     *
     * @param timeout the time-out after which the server ends it, if it supports time-outs
     */
    OpenExchange open(Duration timeout) throws Exception;
}
