package io.ebbtide.jetty;

import io.ebbtide.spi.Traffic;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Jetty's callbacks when it answers a request and when the request is over, in every case. */
final class VisitStream extends HttpStream.Wrapper {
    private final Request request;
    private final Response response;
    private final Visit visit;
    private final Traffic traffic;

    VisitStream(HttpStream stream, Request request, Response response, Visit visit, Traffic traffic) {
        super(stream);
        this.request = request;
        this.response = response;
        this.visit = visit;
        this.traffic = traffic;
    }

    /**
     * Asks the client to disconnect, as late as possible, so that requests that began before the signal are included.
     * Jetty calls this right before it sends the head, with the length if it knows it.
     */
    @Override
    public void prepareResponse(HttpFields.Mutable headers) {
        HttpVersion version = request.getConnectionMetaData().getHttpVersion();
        if (traffic.isShuttingDown()
                && version.getVersion() <= HttpVersion.HTTP_1_1.getVersion()
                && !upgrades(headers)) {
            headers.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
            if (version == HttpVersion.HTTP_1_1
                    && !headers.contains(HttpHeader.CONTENT_LENGTH)
                    && !headers.contains(HttpHeader.TRANSFER_ENCODING)) {
                // else Jetty ends the body by closing, and half an answer would look whole to the client
                headers.put(HttpHeader.TRANSFER_ENCODING, HttpHeaderValue.CHUNKED.asString());
            }
        }
        visit.answering(headers.get(HttpHeader.CONTENT_TYPE));
        super.prepareResponse(headers);
    }

    /**
     * An upgrade ends with its handshake. The bytes after it on the connection are no request; Jetty completes that of
     * a servlet only when the connection ends.
     */
    @Override
    public void send(
            MetaData.Request about,
            MetaData.@Nullable Response head,
            boolean last,
            ByteBuffer content,
            Callback callback) {
        if (head != null) {
            visit.answeredWith(head.getStatus());
        }
        boolean upgrades = head != null && head.getStatus() == HttpStatus.SWITCHING_PROTOCOLS_101;
        super.send(about, head, last, content, upgrades ? Callback.from(visit::end, callback) : callback);
    }

    @Override
    public void succeeded() {
        try {
            visit.end();
        } finally {
            super.succeeded();
        }
    }

    @Override
    public void failed(Throwable failure) {
        try {
            visit.end();
        } finally {
            super.failed(failure);
        }
    }

    private boolean upgrades(HttpFields headers) {
        return response.getStatus() == HttpStatus.SWITCHING_PROTOCOLS_101 && headers.contains(HttpHeader.UPGRADE);
    }
}
