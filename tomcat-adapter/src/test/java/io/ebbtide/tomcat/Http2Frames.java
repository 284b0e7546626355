package io.ebbtide.tomcat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A connection that speaks HTTP/2 by prior knowledge, and reads frames (RFC 9113, section 4). Confine to one thread. */
final class Http2Frames implements AutoCloseable {
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;

    private static final byte[] EMPTY_SETTINGS = {0, 0, 0, SETTINGS, 0, 0, 0, 0, 0};

    private final Socket socket;
    private final DataInputStream in;

    Http2Frames(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(EMPTY_SETTINGS);
        socket.getOutputStream().flush();
    }

    /** Reads until such a frame has come. */
    void awaitFrame(int wanted) throws IOException {
        int type;
        do {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            type = in.readUnsignedByte();
            in.readNBytes(5 + length); // flags, stream, payload
        } while (type != wanted);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
