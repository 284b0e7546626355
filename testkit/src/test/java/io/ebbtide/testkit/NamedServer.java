package io.ebbtide.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Sends one letter, its name, to each client that connects, then echoes its input; ends once the client has. */
final class NamedServer implements AutoCloseable {
    private final char name;
    private final ServerSocket server;
    private final Thread acceptor;

    private NamedServer(char name) throws IOException {
        this.name = name;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        acceptor = daemon(this::serve);
    }

    static NamedServer start(char name) throws IOException {
        return new NamedServer(name);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Accepts no new connection; existing ones stay. The kernel completes connections as long as the port is open. */
    @Override
    public void close() throws IOException {
        server.close();
        try {
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                daemon(() -> repeat(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void repeat(Socket client) {
        try (client) {
            client.getOutputStream().write(name);
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // the client is gone
        }
    }

    private static Thread daemon(Runnable task) {
        var thread = new Thread(task, "named server");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
