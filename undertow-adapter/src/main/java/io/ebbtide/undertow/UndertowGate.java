package io.ebbtide.undertow;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.spi.ConnectionUse;
import io.ebbtide.spi.HealthCheckers;
import io.ebbtide.spi.PeerAddress;
import io.ebbtide.spi.ProbeResponse;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.WebSocketUpgrade;
import io.undertow.io.IoCallback;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import io.undertow.util.StatusCodes;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The outermost handler: probes first, then the gate, then the application. Safe for use by many threads. */
final class UndertowGate implements HttpHandler {
    private static final AttachmentKey<Boolean> USED = AttachmentKey.create(Boolean.class);

    /** The names of the headers of probes, which are few; to make one takes longer than to look it up. */
    private static final Map<String, HttpString> NAMES = new ConcurrentHashMap<>();

    private final HttpHandler application;
    private final Traffic traffic;
    private final Workers workers;
    private final @Nullable Probes probes;

    UndertowGate(HttpHandler application, Traffic traffic, Workers workers, @Nullable Probes probes) {
        this.application = application;
        this.traffic = traffic;
        this.workers = workers;
        this.probes = probes;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        ProbeResponse probe = probes == null
                ? null
                : probes.answer(exchange.getRequestMethod().toString(), exchange.getRequestPath());
        if (probe != null) {
            answer(exchange, probe);
            return;
        }
        if (traffic.isShuttingDown() && wantsWebSocket(exchange)) {
            refuse(exchange);
            return;
        }
        var request = new Request(exchange, traffic, workers);
        Ticket ticket = traffic.admit(WorkKind.REQUEST, request, peer(exchange), use(exchange));
        if (ticket == null) {
            refuse(exchange);
        } else {
            request.run(ticket, application);
        }
    }

    private void answer(HttpServerExchange exchange, ProbeResponse probe) {
        exchange.setStatusCode(probe.status());
        HeaderMap headers = exchange.getResponseHeaders();
        for (Map.Entry<String, String> header : probe.headers().entrySet()) {
            headers.put(NAMES.computeIfAbsent(header.getKey(), HttpString::new), header.getValue());
        }
        if (traffic.isShuttingDown() || expectsWithoutContent(exchange)) {
            exchange.setPersistent(false);
        }
        exchange.getResponseSender().send(probe.body());
    }

    /** What follows such a head may be its content or the next request (RFC 9110, section 10.1.1); Undertow's handlers close, too. */
    private static boolean expectsWithoutContent(HttpServerExchange exchange) {
        return exchange.isRequestComplete() && HttpContinue.requiresContinueResponse(exchange);
    }

    private void refuse(HttpServerExchange exchange) {
        exchange.setStatusCode(StatusCodes.SERVICE_UNAVAILABLE);
        exchange.setPersistent(false);
        exchange.getResponseHeaders()
                .put(Headers.RETRY_AFTER, traffic.retryAfter().toSeconds());
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, 0);
        // the answer first: the end of an exchange waits for the rest of the request's body, which may never come
        exchange.getResponseSender().close(IoCallback.END_EXCHANGE);
    }

    private static @Nullable InetAddress peer(HttpServerExchange exchange) {
        boolean healthChecker =
                HealthCheckers.isOne(exchange.getRequestHeaders().getFirst(Headers.USER_AGENT));
        return healthChecker ? null : PeerAddress.of(exchange.getSourceAddress());
    }

    /** Each stream of HTTP/2 has a connection object of its own; the real connection stays open until the end. */
    private static ConnectionUse use(HttpServerExchange exchange) {
        if (exchange.getProtocol().equals(Protocols.HTTP_2_0)) {
            return ConnectionUse.SHARED;
        }
        ServerConnection connection = exchange.getConnection();
        if (connection.getAttachment(USED) != null) {
            return ConnectionUse.AGAIN;
        }
        connection.putAttachment(USED, true);
        return ConnectionUse.FIRST;
    }

    private static boolean wantsWebSocket(HttpServerExchange exchange) {
        return WebSocketUpgrade.isRequestedBy(exchange.getRequestHeaders().getFirst(Headers.UPGRADE));
    }
}
