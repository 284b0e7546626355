package io.ebbtide.jetty;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/** Refuses a request: 503, and a limited read of its body. Never blocks. */
final class Refusal implements Invocable.Task, Callback {
    /*
     * A connection that is closed while the client still sends is reset, and a reset discards the answer if the client
     * has not read it yet. So a body of the usual size is read to its end after the answer; a larger one, or one that
     * does not come, is not waited for.
     */
    private static final long MAX_BYTES = 1 << 20;

    private static final long MAX_MILLIS = 500;

    private final Request request;
    private final Callback callback;
    private long remaining = MAX_BYTES;

    private Refusal(Request request, Callback callback) {
        this.request = request;
        this.callback = callback;
    }

    /** Answers; the request is completed once enough of its body was read. */
    static void send(Request request, Response response, Callback callback, Duration retryAfter) {
        response.setStatus(HttpStatus.SERVICE_UNAVAILABLE_503);
        response.getHeaders().put(HttpHeader.RETRY_AFTER, retryAfter.toSeconds());
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        boolean bodyComes = !request.getHeaders().contains(HttpHeader.EXPECT);
        response.write(true, BufferUtil.EMPTY_BUFFER, bodyComes ? new Refusal(request, callback) : callback);
    }

    /** The answer is sent. */
    @Override
    public void succeeded() {
        request.getComponents().getScheduler().schedule(callback::succeeded, MAX_MILLIS, TimeUnit.MILLISECONDS);
        run();
    }

    @Override
    public void failed(Throwable failure) {
        callback.failed(failure);
    }

    /** Reads the available bytes; called again when there are more. */
    @Override
    public void run() {
        while (remaining > 0) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            remaining -= chunk.remaining();
            chunk.release();
            if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                break;
            }
        }
        callback.succeeded();
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
