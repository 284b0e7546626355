package io.ebbtide.health;

import io.ebbtide.internal.Expect;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.Callable;

/** Opens a connection and closes it. A channel, because an interrupt closes it: a time-out then frees the thread. */
final class TcpCheck implements Callable<Outcome> {
    private final String host;
    private final int port;

    TcpCheck(String host, int port) {
        this.host = Expect.text(host, "host");
        this.port = Expect.between(1, 65_535, port, "port");
    }

    @Override
    public Outcome call() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.connect(new InetSocketAddress(host, port)); // resolved each time: addresses change
            return Outcome.up();
        } catch (UnresolvedAddressException e) {
            return Outcome.down("host name not found");
        } catch (NoRouteToHostException e) {
            return Outcome.down("no route to host");
        } catch (ConnectException e) {
            return Outcome.down("connection refused");
        }
    }
}
