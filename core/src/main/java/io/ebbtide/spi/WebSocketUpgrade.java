package io.ebbtide.spi;

import org.jspecify.annotations.Nullable;

/** Recognizes the request that begins a WebSocket, which an adapter refuses while the service shuts down. Stateless. */
public final class WebSocketUpgrade {
    private WebSocketUpgrade() {}

    /**
     * Whether a request asks for a WebSocket. Does not block or allocate.
     *
     * @param protocol the header {@code Upgrade} of HTTP/1.1 (RFC 6455, section 4.2.1), or {@code :protocol} of an extended
     *     CONNECT of HTTP/2 (RFC 8441, section 4); null if there is none
     */
    public static boolean isRequestedBy(@Nullable String protocol) {
        return "websocket".equalsIgnoreCase(protocol);
    }
}
