package io.ebbtide.undertow;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.CountDownLatch;

/**
 * Keeps each {@code /held} in flight until a {@code /release} arrives, so that a test decides by events what is in flight at
 * which moment. All other paths are those of a {@link TimedHandler}. Prints {@code begun <path>} for each request.
 */
final class HoldingHandler implements HttpHandler {
    private final CountDownLatch released = new CountDownLatch(1);
    private final TimedHandler timed = new TimedHandler();

    @Override
    public void handleRequest(HttpServerExchange exchange) throws InterruptedException {
        if (exchange.isInIoThread()) {
            exchange.dispatch(this);
            return;
        }
        System.out.println("begun " + exchange.getRequestPath());
        switch (exchange.getRequestPath()) {
            case "/held" -> {
                released.await();
                exchange.getResponseSender().send("held");
            }
            case "/release" -> {
                released.countDown();
                exchange.getResponseSender().send("released");
            }
            default -> timed.handleRequest(exchange);
        }
    }
}
