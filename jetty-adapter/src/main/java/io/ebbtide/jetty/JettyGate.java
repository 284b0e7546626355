package io.ebbtide.jetty;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.spi.ConnectionUse;
import io.ebbtide.spi.HealthCheckers;
import io.ebbtide.spi.PeerAddress;
import io.ebbtide.spi.ProbeResponse;
import io.ebbtide.spi.Probes;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.WebSocketUpgrade;
import java.net.InetAddress;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.TunnelSupport;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The outermost handler: probes first, then the gate, then the application. Never blocks, so that Jetty calls it on the
 * thread that reads from connections; blocking work runs on the server's pool. Safe for use by many threads.
 */
final class JettyGate extends Handler.Wrapper {
    private static final String USED = JettyGate.class.getName();

    /** What it opens to, replaced as one. */
    private record Open(Traffic traffic, @Nullable Probes probes) {}

    private volatile @Nullable Open open;

    /** Creates a closed gate: its server has no open port yet. */
    JettyGate(Handler application) {
        super(application);
    }

    /** Lets requests in from here on, as those of this service. */
    void open(Traffic traffic, @Nullable Probes probes) {
        open = new Open(traffic, probes);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Open now = open;
        if (now == null) {
            return false; // Jetty answers 404
        }
        Traffic traffic = now.traffic();
        Probes probes = now.probes();
        String path = path(request);
        var visit = new Visit(request, response, callback, path, traffic);
        request.addHttpStreamWrapper(stream -> new VisitStream(stream, request, response, visit, traffic));
        ProbeResponse probe = probes == null ? null : probes.answer(request.getMethod(), path);
        if (probe != null) {
            answer(response, callback, probe);
            return true;
        }
        if (traffic.isShuttingDown() && wantsWebSocket(request)) {
            Refusal.send(request, response, callback, traffic.retryAfter());
            return true;
        }
        Ticket ticket = traffic.admit(WorkKind.REQUEST, visit, peer(request), use(request));
        if (ticket == null) {
            Refusal.send(request, response, callback, traffic.retryAfter());
        } else {
            visit.begin(ticket, getHandler(), getServer());
        }
        return true;
    }

    private static void answer(Response response, Callback callback, ProbeResponse probe) {
        response.setStatus(probe.status());
        probe.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, probe.body().remaining());
        response.write(true, probe.body(), callback);
    }

    /** Without query, and without the part after a semicolon, which may be a session's key. */
    private static String path(Request request) {
        String path = request.getHttpURI().getCanonicalPath();
        return path == null ? "*" : path;
    }

    /** The connection's peer, whatever a header says: null if that is a health checker. */
    private static @Nullable InetAddress peer(Request request) {
        if (HealthCheckers.isOne(request.getHeaders().get(HttpHeader.USER_AGENT))) {
            return null;
        }
        return PeerAddress.of(
                request.getConnectionMetaData().getConnection().getEndPoint().getRemoteSocketAddress());
    }

    private static ConnectionUse use(Request request) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        if (connection.getHttpVersion().getVersion() > HttpVersion.HTTP_1_1.getVersion()) {
            return ConnectionUse.SHARED;
        }
        return connection.setAttribute(USED, true) == null ? ConnectionUse.FIRST : ConnectionUse.AGAIN;
    }

    /** Whether it requests an upgrade, by the header of HTTP/1.1, or the extended CONNECT of HTTP/2 (RFC 8441). */
    private static boolean wantsWebSocket(Request request) {
        TunnelSupport tunnel = request.getTunnelSupport();
        return WebSocketUpgrade.isRequestedBy(request.getHeaders().get(HttpHeader.UPGRADE))
                || (tunnel != null && WebSocketUpgrade.isRequestedBy(tunnel.getProtocol()));
    }
}
