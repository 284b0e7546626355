package io.ebbtide.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/**
 * A connection of our own that comes after all others: Tomcat processes connections in the order in which it accepted
 * them, so once this one has been read, the requests of all earlier ones are in flight.
 */
final class LastInLine {
    /** A path that no client requests. */
    static final String PATH = "/" + UUID.randomUUID();

    /** The first may be read at the same time as others, by threads that are not as quick. */
    private static final int ROUNDS = 3;

    /** Longer than the pause of a process that has used up its CPU quota, a tenth of a second at a time. */
    private static final Duration MAX_FOR_A_ROUND = Duration.ofMillis(250);

    private LastInLine() {}

    /** Blocks until it was read, or for 750 ms at most, as when all workers are busy. */
    static void await(Port port) {
        try {
            for (int i = 0; i < ROUNDS; i++) {
                comeBy(port);
            }
        } catch (IOException e) {
            // no worker is free for it, nor for those before it: they are read in their turn
        }
    }

    private static void comeBy(Port port) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            port.expect(socket.getLocalSocketAddress());
            socket.setSoTimeout(Math.toIntExact(MAX_FOR_A_ROUND.toMillis()));
            socket.connect(port.getLocalAddress(), Math.toIntExact(MAX_FOR_A_ROUND.toMillis()));
            String head = "GET " + PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().read(); // an answer, or the end, as with TLS
        }
    }
}
