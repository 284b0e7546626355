package io.ebbtide.tomcat;

import io.ebbtide.testkit.contract.Exchange;
import io.ebbtide.testkit.contract.OpenExchange;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.time.Duration;

/** A servlet's request and response, in the words of the contract. */
record ServletExchange(HttpServletRequest request, HttpServletResponse response) implements Exchange {
    /** Holds the connection and says nothing. */
    public static final class Silent implements HttpUpgradeHandler {
        @Override
        public void init(WebConnection connection) {}

        @Override
        public void destroy() {}
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
    public void upgrade() throws IOException, ServletException {
        response.setHeader("Upgrade", "websocket");
        response.setHeader("Connection", "upgrade");
        request.upgrade(Silent.class);
    }

    @Override
    public OpenExchange open(Duration timeout) {
        AsyncContext async = request.startAsync();
        async.setTimeout(timeout.toMillis());
        return new OpenExchange() {
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
        };
    }
}
