package io.ebbtide.testkit.contract;

import io.ebbtide.internal.Expect;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.time.Duration;

/**
 * A servlet's request and response as an exchange of the contract, for each server that has servlets. Requires the servlet API
 * ({@code jakarta.servlet-api} 6.0 or later) on the class path of the adapter's test. Not thread-safe; confine to one thread.
 */
public final class ServletExchange implements Exchange {
    private static final String FAILURE = "io.ebbtide.testkit.failure";

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final AsyncFailure asyncFailure;

    /** How asynchronous work fails. */
    public enum AsyncFailure {
        /** A task that {@link AsyncContext#start} runs throws. */
        IN_A_TASK,
        /** A dispatch throws: the only failure of asynchronous work that the servlet API itself passes to the container. */
        IN_A_DISPATCH
    }

    private ServletExchange(HttpServletRequest request, HttpServletResponse response, AsyncFailure asyncFailure) {
        this.request = request;
        this.response = response;
        this.asyncFailure = asyncFailure;
    }

    /**
     * Passes a request to the contract's application; blocks as long as the application does.
     *
     * @throws Exception what the application throws; after {@link AsyncFailure#IN_A_DISPATCH}, that failure
     */
    public static void handle(
            HttpServletRequest request,
            HttpServletResponse response,
            AsyncFailure asyncFailure,
            Application application)
            throws Exception {
        Expect.present(response, "response");
        Expect.present(asyncFailure, "asyncFailure");
        Expect.present(application, "application");
        if (Expect.present(request, "request").getAttribute(FAILURE) instanceof RuntimeException failure) {
            throw failure;
        }
        application.handle(new ServletExchange(request, response, asyncFailure));
    }

    /** Speaks no protocol, and notices the end of the connection, as a handler of a protocol would. Public for the container. */
    public static final class Silent implements HttpUpgradeHandler {
        /** For the container. */
        public Silent() {}

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

    private record Open(AsyncContext async, AsyncFailure asyncFailure) implements OpenExchange {
        @Override
        public void complete(byte[] body) throws IOException {
            async.getResponse().getOutputStream().write(body);
            async.complete();
        }

        @Override
        public void fail(RuntimeException failure) {
            switch (asyncFailure) {
                case IN_A_TASK ->
                    async.start(() -> {
                        throw failure;
                    });
                case IN_A_DISPATCH -> {
                    async.getRequest().setAttribute(FAILURE, failure);
                    async.dispatch();
                }
            }
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
        return new Open(async, asyncFailure);
    }
}
