package io.ebbtide.tomcat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A connection that speaks HTTP/2 by prior knowledge, and reads frames (RFC 9113, section 4). Confine to one thread. */
final class Http2Frames implements AutoCloseable {
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;

    private static final int FLAGS_AND_STREAM = 5;
    private static final int END_STREAM_AND_HEADERS = 5;

    /** A literal of three digits, or an index. */
    private static final int MAX_STATUS_FIELD = 4;

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
            int length = length();
            type = in.readUnsignedByte();
            in.readNBytes(FLAGS_AND_STREAM + length);
        } while (type != wanted);
    }

    /** Sends a CONNECT on the first stream, as literals that are not indexed (RFC 7541, section 6.2.2). */
    void sendConnect(String authority) throws IOException {
        var block = new ByteArrayOutputStream();
        block.write(2); // :method by its name in the static table
        string(block, "CONNECT");
        block.write(1); // :authority
        string(block, authority);
        var frame = new DataOutputStream(socket.getOutputStream());
        frame.writeByte(0);
        frame.writeShort(block.size());
        frame.writeByte(HEADERS);
        frame.writeByte(END_STREAM_AND_HEADERS);
        frame.writeInt(1);
        block.writeTo(frame);
        frame.flush();
    }

    private static void string(ByteArrayOutputStream block, String text) {
        block.write(text.length());
        block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads the next answer, if it is the first on this connection.
     *
     * @return its first field, which is the status, as it is encoded; empty if the stream or the connection ends instead
     */
    byte[] awaitStatusField() throws IOException {
        while (true) {
            int length = length();
            int type = in.readUnsignedByte();
            byte[] rest = in.readNBytes(FLAGS_AND_STREAM + length);
            if (type == HEADERS) {
                return Arrays.copyOfRange(rest, FLAGS_AND_STREAM, FLAGS_AND_STREAM + MAX_STATUS_FIELD);
            }
            if (type == RST_STREAM || type == GOAWAY) {
                return new byte[0];
            }
        }
    }

    private int length() throws IOException {
        return in.readUnsignedByte() << 16 | in.readUnsignedShort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
