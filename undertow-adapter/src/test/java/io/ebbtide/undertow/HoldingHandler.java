package io.ebbtide.undertow;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps each {@code /held} in flight until a second after a {@code /release} has arrived: a test decides by events what is in
 * flight at which moment, and a drain that does not wait has aborted both by then. All other paths are those of a
 * {@link TimedHandler}. Prints {@code begun <path>} for each request.
 */
final class HoldingHandler implements HttpHandler {
    private static final int BEFORE_THE_RELEASE_MILLIS = 1_000;

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
                released.await(BEFORE_THE_RELEASE_MILLIS, TimeUnit.MILLISECONDS);
                released.countDown();
                exchange.getResponseSender().send("released");
            }
            default -> timed.handleRequest(exchange);
        }
    }
}
