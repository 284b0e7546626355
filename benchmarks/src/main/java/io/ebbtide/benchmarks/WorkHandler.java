package io.ebbtide.benchmarks;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Answers {@code /work/<millis>} after the given number of milliseconds, on a worker thread that waits. Stateless. */
final class WorkHandler implements HttpHandler {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    @Override
    public void handleRequest(HttpServerExchange exchange) throws InterruptedException {
        if (exchange.isInIoThread()) {
            exchange.dispatch(this);
            return;
        }
        String path = exchange.getRequestPath();
        long millis = Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
        boolean released = NEVER.await(millis, TimeUnit.MILLISECONDS);
        exchange.getResponseSender().send(released ? "impossible" : "worked " + millis + " ms");
    }
}
