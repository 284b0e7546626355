package io.ebbtide.jetty;

import io.ebbtide.testkit.contract.Exchange;
import io.ebbtide.testkit.contract.OpenExchange;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.time.Duration;

/** What Jetty gives to a servlet. */
final class ServletExchange implements Exchange {
    private final HttpServletRequest request;
    private final HttpServletResponse response;

    ServletExchange(HttpServletRequest request, HttpServletResponse response) {
        this.request = request;
        this.response = response;
    }

    /** Speaks no protocol, and sees the end of the connection, as one that does would. */
    public static final class Silent implements HttpUpgradeHandler {
        @Override
        public void init(WebConnection connection) {
            var reading = new Thread(() -> readToTheEnd(connection), "silent");
            reading.setDaemon(true);
            reading.start();
        }

        private static void readToTheEnd(WebConnection connection) {
            try (connection) {
                while (connection.getInputStream().read() >= 0) {}
            } catch (Exception e) {
                // the client is gone, as is expected
            }
        }

        @Override
        public void destroy() {}
    }

    private record Open(AsyncContext async) implements OpenExchange {
        @Override
        public void complete(byte[] body) throws IOException {
            async.getResponse().getOutputStream().write(body);
            async.complete();
        }

        @Override
        public void fail(RuntimeException failure) {
            async.start(() -> {
                throw failure;
            });
        }
    }

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String path() {
        return request.getRequestURI();
    }

    @Override
    public byte[] body() throws IOException {
        return request.getInputStream().readAllBytes();
    }

    @Override
    public void status(int status) {
        response.setStatus(status);
    }

    @Override
    public void contentType(String type) {
        response.setContentType(type);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        response.getOutputStream().write(bytes);
    }

    @Override
    public void flush() throws IOException {
        response.flushBuffer();
    }

    @Override
    public void upgrade() throws Exception {
        response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
        response.setHeader("Upgrade", "websocket");
        response.setHeader("Connection", "Upgrade");
        request.upgrade(Silent.class);
    }

    @Override
    public OpenExchange open(Duration timeout) {
        AsyncContext async = request.startAsync();
        async.setTimeout(timeout.toMillis());
        return new Open(async);
    }
}
