package io.ebbtide.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Says one letter, its name, to whoever connects, and then repeats what it hears; ends once the client has. */
final class NamedServer implements AutoCloseable {
    private final char name;
    private final ServerSocket server;

    private NamedServer(char name) throws IOException {
        this.name = name;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static NamedServer start(char name) throws IOException {
        var server = new NamedServer(name);
        daemon(server::serve);
        return server;
    }

    int port() {
        return server.getLocalPort();
    }

    /** Nobody is let in any more; whoever is in stays. */
    @Override
    public void close() throws IOException {
        server.close();
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

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "named server");
        thread.setDaemon(true);
        thread.start();
    }
}
