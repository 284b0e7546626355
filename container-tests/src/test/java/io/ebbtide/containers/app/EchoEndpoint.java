package io.ebbtide.containers.app;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** A WebSocket that sends back what it receives. */
@ServerEndpoint("/socket")
public final class EchoEndpoint {
    /** For the container. */
    @OnMessage
    public String echo(String message) {
        return message;
    }
}
