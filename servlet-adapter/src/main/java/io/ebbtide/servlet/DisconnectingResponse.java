package io.ebbtide.servlet;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.spi.Traffic;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks the client to disconnect as late as the servlet API allows, so that requests that began before the signal are
 * included. Like any response, confined to one thread at a time.
 */
final class DisconnectingResponse extends HttpServletResponseWrapper {
    /*
     * There is no callback before a response is committed. It is committed when its buffer is full or flushed, which
     * happens within a call to this object, or when the request has left the filters, which the filter reports. So each
     * of these checks first. Only actions of the container itself after a request that was kept open are not covered.
     */
    private final CountedRequest request;
    private final Ticket ticket;
    private final Traffic traffic;
    private final boolean http1;
    private boolean kindReported;
    private boolean asked;
    private boolean error;
    private boolean chunked;
    private boolean closed;
    private @Nullable ServletOutputStream output;
    private @Nullable PrintWriter writer;

    DisconnectingResponse(HttpServletResponse response, CountedRequest request, boolean http1) {
        super(response);
        this.request = request;
        ticket = request.ticket();
        traffic = request.traffic();
        this.http1 = http1;
    }

    /** Returns the wrapper that is already around the container's response; null if there is none. */
    static @Nullable DisconnectingResponse in(ServletResponse response) {
        ServletResponse each = response;
        while (each instanceof ServletResponseWrapper wrapper) {
            if (wrapper instanceof DisconnectingResponse found) {
                return found;
            }
            each = wrapper.getResponse();
        }
        return null;
    }

    private HttpServletResponse container() {
        return (HttpServletResponse) getResponse();
    }

    /** The last moment for an answer whose body the container has not begun to send, and can still give a length. */
    void returned() {
        if (!asked && http1 && traffic.isShuttingDown() && !isCommitted() && getStatus() != SC_SWITCHING_PROTOCOLS) {
            asked = true;
            setHeader("Connection", "close");
        }
    }

    /**
     * Flushes the answer, because a container that stops may have closed the connection, and does not report that when
     * it flushes the answer itself.
     */
    void flush() {
        if (closed || error) {
            return;
        }
        try {
            if (writer == null) {
                flushBuffer();
            } else {
                beforeBody();
                writer.checkError(); // flushes, and returns the only report of a writer
            }
        } catch (IOException e) {
            // the request counts as aborted
        }
    }

    /** The container's writer has failed. */
    void failed() {
        if (!closed && !error) {
            request.disconnected();
        }
    }

    /** The container's stream has failed. Returns the exception to throw. */
    IOException failed(IOException failure) {
        if (!closed && !error && ClientDisconnect.ofWrite(failure)) {
            request.disconnected();
        }
        return failure;
    }

    /** The application has closed its stream or writer. */
    void closed() {
        closed = true;
    }

    /** Whether the container was asked to show an error page. */
    boolean isError() {
        return error;
    }

    /** The next call may send the head. */
    void beforeBody() {
        returned();
        if (!kindReported) {
            String type = getContentType();
            kindReported = type != null || isCommitted();
            traffic.answering(ticket, type);
        }
        if (asked && !chunked && !isCommitted()) {
            chunked = true;
            if (getHeader("Content-Length") == null && container().getTrailerFields() == null) {
                chunk();
            }
        }
    }

    /**
     * Without a length, containers mark the end of an answer that closes by closing, and its client cannot distinguish
     * a whole answer from half of one. An answer that may have trailers is sent in chunks (RFC 9112, section 7.1.2).
     */
    private void chunk() {
        try {
            container().setTrailerFields(Map::of);
        } catch (IllegalStateException e) {
            // HTTP/1.0, which has no chunks
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        if (output == null) {
            output = new DisconnectingOutput(super.getOutputStream(), this);
        }
        return output;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (writer == null) {
            writer = new DisconnectingWriter(super.getWriter(), this);
        }
        return writer;
    }

    @Override
    public void flushBuffer() throws IOException {
        beforeBody();
        try {
            super.flushBuffer();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        returned();
        error = true;
        super.sendError(status, message);
    }

    @Override
    public void sendError(int status) throws IOException {
        returned();
        error = true;
        super.sendError(status);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        returned();
        super.sendRedirect(location);
        closed = true;
    }

    /** Forgets the headers, so that they must be set again, and the choice between stream and writer. */
    @Override
    public void reset() {
        super.reset();
        asked = false;
        closed = false;
        error = false;
        kindReported = false;
        chunked = false;
        output = null;
        writer = null;
    }
}
