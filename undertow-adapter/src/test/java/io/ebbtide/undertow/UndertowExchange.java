package io.ebbtide.undertow;

import io.ebbtide.testkit.contract.Exchange;
import io.ebbtide.testkit.contract.OpenExchange;
import io.undertow.Handlers;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A request as the contract knows it. */
final class UndertowExchange implements Exchange, OpenExchange {
    private final HttpServerExchange exchange;

    UndertowExchange(HttpServerExchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public String method() {
        return exchange.getRequestMethod().toString();
    }

    @Override
    public String path() {
        return exchange.getRequestPath();
    }

    @Override
    public byte[] body() throws IOException {
        return exchange.getInputStream().readAllBytes();
    }

    @Override
    public void status(int status) {
        exchange.setStatusCode(status);
    }

    @Override
    public void contentType(String type) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        exchange.getOutputStream().write(bytes);
    }

    @Override
    public void flush() throws IOException {
        exchange.getOutputStream().flush();
    }

    @Override
    public void upgrade() throws Exception {
        Handlers.websocket((upgraded, channel) -> channel.resumeReceives()).handleRequest(exchange);
    }

    /** There is no time-out for exchanges that are never completed. */
    @Override
    public OpenExchange open(Duration timeout) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {});
        return this;
    }

    @Override
    public void complete(byte[] body) {
        exchange.getResponseSender().send(ByteBuffer.wrap(body));
    }

    @Override
    public void fail(RuntimeException failure) {
        exchange.dispatch(() -> {
            throw failure;
        });
    }
}
