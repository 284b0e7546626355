package io.ebbtide.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/**
 * A connection of our own that comes after all others: Tomcat takes connections up in the order in which it accepted
 * them, so once this one has been looked at, a request that another one brought is in flight.
 */
final class LastInLine {
    /** Asked for by nobody else. */
    static final String PATH = "/" + UUID.randomUUID();

    /** The first may be looked at together with others, by threads that are not as quick. */
    private static final int ROUNDS = 3;

    /** More than a process that has used its share of the processors up is stopped for, a tenth of a second at a time. */
    private static final Duration MOST_FOR_A_ROUND = Duration.ofMillis(250);

    private LastInLine() {}

    /** Blocks until it was looked at, or for 750 ms at most, as when all workers are busy. */
    static void await(Port port) {
        try {
            for (int i = 0; i < ROUNDS; i++) {
                comeBy(port);
            }
        } catch (IOException e) {
            // nobody has time for it, nor for those before it: they are looked at in their turn
        }
    }

    private static void comeBy(Port port) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            port.expect(socket.getLocalSocketAddress());
            socket.setSoTimeout(Math.toIntExact(MOST_FOR_A_ROUND.toMillis()));
            socket.connect(port.getLocalAddress(), Math.toIntExact(MOST_FOR_A_ROUND.toMillis()));
            String head = "GET " + PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().read(); // an answer, or the end, as where TLS is spoken
        }
    }
}
