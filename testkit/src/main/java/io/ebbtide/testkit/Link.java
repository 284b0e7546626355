package io.ebbtide.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/** A client's connection and its backend's, joined. Not thread-safe; confine to the balancer's thread. */
final class Link {
    private final SocketChannel client;
    private final SocketChannel server;
    private final SelectionKey clientKey;
    private final SelectionKey serverKey;
    private final Flow requests;
    private final Flow answers;
    private final Backend backend;
    private final AtomicLong refused;
    private boolean connected;

    private Link(SocketChannel client, SocketChannel server, Backend backend, Selector selector, AtomicLong refused)
            throws IOException {
        this.client = client;
        this.server = server;
        this.backend = backend;
        this.refused = refused;
        requests = new Flow(client, server);
        answers = new Flow(server, client);
        for (SocketChannel channel : new SocketChannel[] {client, server}) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        clientKey = client.register(selector, 0, this);
        serverKey = server.register(selector, SelectionKey.OP_CONNECT, this);
    }

    /** Connects a client to a backend; a refused connection is counted, and the client is reset. */
    static void open(SocketChannel client, Backend backend, Selector selector, AtomicLong refused) throws IOException {
        SocketChannel server = SocketChannel.open();
        try {
            new Link(client, server, backend, selector, refused).connect();
        } catch (IOException e) { // the client is gone already
            reset(client);
            reset(server);
        }
    }

    private void connect() {
        try {
            if (server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), backend.port()))) {
                advance();
            }
        } catch (IOException e) {
            refuse();
        }
    }

    /** Does all work that is possible without waiting. */
    void advance() {
        if (!connected && !finishConnect()) {
            return;
        }
        try {
            answers.advance(); // first, so that bytes that the backend sent before it reset the connection are not lost
            requests.advance();
            if (answers.isOver() && requests.isOver()) {
                close();
            } else {
                clientKey.interestOps(requests.readInterest() | answers.writeInterest());
                serverKey.interestOps(answers.readInterest() | requests.writeInterest());
            }
        } catch (IOException e) {
            reset();
        }
    }

    private boolean finishConnect() {
        try {
            connected = server.finishConnect();
            if (connected) {
                backend.connected();
            }
        } catch (IOException e) {
            refuse();
        }
        return connected;
    }

    private void refuse() {
        refused.incrementAndGet();
        reset();
    }

    /** Ends both connections by a reset. */
    void reset() {
        reset(client);
        reset(server);
        disconnected();
    }

    /** Ends a connection by a reset, so that its peer does not take it for an orderly end. */
    static void reset(SocketChannel channel) {
        try (channel) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // the connection has already ended
        }
    }

    private void close() throws IOException {
        try (client;
                server) {
            disconnected();
        }
    }

    private void disconnected() {
        if (connected) {
            connected = false;
            backend.disconnected();
        }
    }
}
