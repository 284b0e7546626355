package io.ebbtide.tomcat;

import io.ebbtide.spi.ConnectionUse;
import io.ebbtide.spi.PeerAddress;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.AbstractEndpoint;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Determines by which connection a request came, and whether that connection had brought one before: a wrapper around
 * Tomcat's handler of connections. Safe for use by many threads.
 */
final class Connections implements AbstractEndpoint.Handler<NioChannel> {
    /** How a request came in. */
    record Arrival(@Nullable InetAddress peer, ConnectionUse use) {}

    private record Turn(Connections connections, SocketWrapperBase<NioChannel> connection) {}

    /** The thread's current turn; set while it processes a connection, which includes its HTTP/1 requests. */
    private static final ThreadLocal<@Nullable Turn> TURN = new ThreadLocal<>();

    private final AbstractEndpoint.Handler<NioChannel> handler;
    private final Map<SocketWrapperBase<NioChannel>, Optional<InetAddress>> used = new ConcurrentHashMap<>();
    private volatile boolean shuttingDown;

    Connections(AbstractEndpoint.Handler<NioChannel> handler) {
        this.handler = handler;
    }

    /** Returns the handler without our wrapper, if it has one. */
    static AbstractEndpoint.Handler<NioChannel> guarded(AbstractEndpoint.Handler<NioChannel> handler) {
        return handler instanceof Connections connections ? connections.handler : handler;
    }

    /** Called once for each request, by the thread that serves it. */
    static Arrival arrival(Request request) {
        Turn turn = TURN.get();
        if (turn == null || request.protocol().startsWithIgnoreCase("HTTP/2", 0)) {
            request.action(ActionCode.REQ_HOST_ADDR_ATTRIBUTE, request);
            return new Arrival(PeerAddress.parse(request.remoteAddr().toString()), ConnectionUse.SHARED);
        }
        return turn.connections().arrival(turn.connection());
    }

    private Arrival arrival(SocketWrapperBase<NioChannel> connection) {
        Optional<InetAddress> known = used.get(connection);
        if (known != null) {
            return new Arrival(known.orElse(null), ConnectionUse.AGAIN);
        }
        InetAddress peer = PeerAddress.parse(connection.getRemoteAddr());
        used.put(connection, Optional.ofNullable(peer));
        if (connection.isClosed()) {
            used.remove(connection); // closed in between, and no further event will follow
        }
        return new Arrival(peer, ConnectionUse.FIRST);
    }

    /** From now on a connection that turns out to use HTTP/2 gets its GOAWAY at its first turn. */
    void beginShutdown() {
        shuttingDown = true;
    }

    @Override
    public SocketState process(SocketWrapperBase<NioChannel> connection, SocketEvent event) {
        TURN.set(new Turn(this, connection));
        try {
            SocketState state = handler.process(connection, event);
            if (shuttingDown && connection.getCurrentProcessor() instanceof Processor processor) {
                processor.pause(); // a second call does nothing, nor does a call for HTTP/1
            }
            return state;
        } finally {
            TURN.remove();
        }
    }

    @Override
    public void release(SocketWrapperBase<NioChannel> connection) {
        used.remove(connection);
        handler.release(connection);
    }

    @Override
    public Object getGlobal() {
        return handler.getGlobal();
    }

    @Override
    public void pause() {
        handler.pause();
    }

    @Override
    public void recycle() {
        handler.recycle();
    }
}
