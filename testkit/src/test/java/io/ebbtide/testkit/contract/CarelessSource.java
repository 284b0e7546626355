package io.ebbtide.testkit.contract;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.spi.ConnectionUse;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An adapter of the JDK's server, as one is written in a hurry: the ticket of a handler that throws is never closed, the
 * query is in the list, health checkers are late, no client is asked to disconnect, probes are requests like any other.
 */
final class CarelessSource implements TrafficSource {
    private final Application application;
    private final int wantedPort;
    private final ExecutorService workers = Executors.newFixedThreadPool(4);
    private volatile HttpServer server;

    CarelessSource(Application application, int wantedPort) {
        this.application = application;
        this.wantedPort = wantedPort;
    }

    int port() {
        HttpServer now = server;
        return now == null ? -1 : now.getAddress().getPort();
    }

    @Override
    public String name() {
        return "careless";
    }

    @Override
    public void start(Traffic traffic) throws IOException {
        HttpServer created = HttpServer.create(new InetSocketAddress(wantedPort), 50);
        created.setExecutor(workers);
        created.createContext("/", exchange -> handle(exchange, traffic));
        created.start();
        server = created;
    }

    /** The JDK's server alone. */
    static BareServer bare(Application application) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(0), 50);
        server.createContext("/", exchange -> answer(exchange, application).send());
        server.start();
        return new BareServer(server.getAddress().getPort(), () -> server.stop(0));
    }

    private void handle(HttpExchange exchange, Traffic traffic) throws IOException {
        Ticket ticket = traffic.admit(
                WorkKind.REQUEST,
                () -> exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                exchange.getRemoteAddress().getAddress(),
                ConnectionUse.FIRST);
        if (ticket == null) {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
            return;
        }
        BufferedExchange answer = answer(exchange, application);
        try {
            answer.send();
        } finally {
            ticket.close();
        }
    }

    private static BufferedExchange answer(HttpExchange exchange, Application application) throws IOException {
        var answer = new BufferedExchange(exchange);
        try {
            application.handle(answer);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
        return answer;
    }

    @Override
    public void stopAccepting() {}

    @Override
    public void close(Duration within) throws InterruptedException {
        server.stop(0);
        workers.shutdownNow();
        workers.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS);
    }
}
