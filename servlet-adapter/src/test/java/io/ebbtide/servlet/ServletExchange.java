package io.ebbtide.servlet;

import io.ebbtide.testkit.contract.Application;
import io.ebbtide.testkit.contract.Exchange;
import io.ebbtide.testkit.contract.OpenExchange;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.time.Duration;

/** A request as the contract knows it. */
final class ServletExchange implements Exchange {
    private static final String FAILURE = "failure";

    private final HttpServletRequest request;
    private final HttpServletResponse response;

    ServletExchange(HttpServletRequest request, HttpServletResponse response) {
        this.request = request;
        this.response = response;
    }

    /** Speaks no protocol: the contract is over once the handshake is. */
    public static final class Silent implements HttpUpgradeHandler {
        @Override
        public void init(WebConnection connection) {}

        @Override
        public void destroy() {}
    }

    private record Open(AsyncContext async) implements OpenExchange {
        @Override
        public void complete(byte[] body) throws IOException {
            async.getResponse().getOutputStream().write(body);
            async.complete();
        }

        /** What the servlet API has for that: a dispatch, which throws. A task that throws is the container's own matter. */
        @Override
        public void fail(RuntimeException failure) {
            async.getRequest().setAttribute(FAILURE, failure);
            async.dispatch();
        }
    }

    static void handle(HttpServletRequest request, HttpServletResponse response, Application application)
            throws Exception {
        if (request.getAttribute(FAILURE) instanceof RuntimeException failure) {
            throw failure;
        }
        application.handle(new ServletExchange(request, response));
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
