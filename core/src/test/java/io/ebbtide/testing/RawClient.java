package io.ebbtide.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Sends and reads bytes on a plain socket to loopback. Confine to one thread. */
public final class RawClient implements AutoCloseable {
    private final Socket socket = new Socket();

    public RawClient(int port) throws IOException {
        socket.setSoTimeout((int) TestTimeouts.HANG.toMillis());
        socket.setTcpNoDelay(true);
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) TestTimeouts.HANG.toMillis());
    }

    public void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads until the given number of characters, or until the end. */
    public String read(int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** Reads until the given text. */
    public String readUntil(String end) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int c = socket.getInputStream().read();
            if (c < 0) {
                throw new IOException("ended after: " + text);
            }
            text.append((char) c);
        }
        return text.toString();
    }

    public boolean hasSomethingToRead() {
        return available() > 0;
    }

    /** The number of received bytes that are not read yet. */
    public int available() {
        try {
            return socket.getInputStream().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until the end. */
    public String readAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Reads until the end, which may be a reset; returns the number of bytes. */
    public long drained() throws IOException {
        long count = 0;
        try {
            while (socket.getInputStream().read() >= 0) {
                count++;
            }
        } catch (SocketException e) {
            // the end, too
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
