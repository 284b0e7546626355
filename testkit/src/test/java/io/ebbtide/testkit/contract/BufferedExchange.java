package io.ebbtide.testkit.contract;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;

/** Answers once the handler has returned; can do neither streams nor anything asynchronous. */
final class BufferedExchange implements Exchange {
    private final HttpExchange exchange;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status = 200;

    BufferedExchange(HttpExchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public String method() {
        return exchange.getRequestMethod();
    }

    @Override
    public String path() {
        return exchange.getRequestURI().getPath();
    }

    @Override
    public byte[] body() throws IOException {
        return exchange.getRequestBody().readAllBytes();
    }

    @Override
    public void status(int newStatus) {
        status = newStatus;
    }

    @Override
    public void contentType(String type) {
        exchange.getResponseHeaders().set("Content-Type", type);
    }

    @Override
    public void write(byte[] bytes) {
        body.writeBytes(bytes);
    }

    @Override
    public void flush() {}

    @Override
    public void upgrade() {
        throw new UnsupportedOperationException("the JDK's server upgrades nothing");
    }

    @Override
    public OpenExchange open(Duration timeout) {
        throw new UnsupportedOperationException("the JDK's server answers before its handler returns");
    }

    void send() throws IOException {
        boolean none = status == 204 || body.size() == 0 || method().equals("HEAD");
        exchange.sendResponseHeaders(status, none ? -1 : body.size());
        if (!none) {
            exchange.getResponseBody().write(body.toByteArray());
        }
        exchange.close();
    }
}
