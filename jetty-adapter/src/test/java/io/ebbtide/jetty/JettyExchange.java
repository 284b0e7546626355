package io.ebbtide.jetty;

import io.ebbtide.testkit.contract.Exchange;
import io.ebbtide.testkit.contract.OpenExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What Jetty gives to a handler. */
final class JettyExchange implements Exchange {
    /** The new owner of a connection that was upgraded, which sees its end. */
    private static final class Taken extends AbstractConnection {
        Taken(EndPoint endPoint) {
            super(endPoint, Runnable::run);
        }

        @Override
        public void onOpen() {
            super.onOpen();
            fillInterested();
        }

        @Override
        public void onFillable() {
            close();
        }
    }

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final OutputStream out;
    private boolean open;

    JettyExchange(Request request, Response response, Callback callback) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        out = Response.asBufferedOutputStream(request, response);
    }

    /** The handler has returned. */
    void handled() throws IOException {
        if (!open) {
            out.close();
            callback.succeeded();
        }
    }

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String path() {
        return Request.getPathInContext(request);
    }

    @Override
    public byte[] body() throws IOException {
        return Content.Source.asInputStream(request).readAllBytes();
    }

    @Override
    public void status(int status) {
        response.setStatus(status);
    }

    @Override
    public void contentType(String type) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void upgrade() {
        open = true;
        response.setStatus(HttpStatus.SWITCHING_PROTOCOLS_101);
        response.getHeaders().put(HttpHeader.UPGRADE, "websocket");
        response.getHeaders().put(HttpHeader.CONNECTION, "Upgrade");
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, new Taken(endPoint));
        callback.succeeded();
    }

    @Override
    public OpenExchange open(Duration timeout) {
        open = true;
        request.getConnectionMetaData().getConnection().getEndPoint().setIdleTimeout(timeout.toMillis());
        request.addFailureListener(callback::failed);
        return new OpenExchange() {
            @Override
            public void complete(byte[] body) throws IOException {
                out.write(body);
                out.close();
                callback.succeeded();
            }

            @Override
            public void fail(RuntimeException failure) {
                callback.failed(failure);
            }
        };
    }
}
