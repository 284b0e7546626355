package io.ebbtide.testkit;

import io.ebbtide.internal.Expect;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One HTTP/1.1 connection to loopback, on a plain socket: sends the given bytes, reads the received ones, never retries and
 * never hides anything. Not thread-safe; confine to one thread.
 */
public final class WireConnection implements AutoCloseable {
    /** If the accept queue is full, the kernel retries after 1, 3, 7 and 15 s. */
    private static final int CONNECT_TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;

    private WireConnection(Socket socket) throws IOException {
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * Connects.
     *
     * @param port of loopback, 1 to 65535
     * @param readTimeout after which a read fails, {@code > 0}
     * @throws java.net.ConnectException if no server listens
     */
    public static WireConnection open(int port, Duration readTimeout) throws IOException {
        Expect.between(1, 65_535, port, "port");
        int readTimeoutMillis = (int) Math.max(
                1,
                Math.min(
                        Integer.MAX_VALUE,
                        Expect.positive(readTimeout, "readTimeout").toMillis()));
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(readTimeoutMillis);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MILLIS);
            return new WireConnection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends one GET on a separate connection and returns the answer; waits for at most one minute. */
    public static WireResponse get(int port, String path) throws IOException {
        try (WireConnection connection = open(port, Duration.ofSeconds(60))) {
            return connection.exchange("GET", path);
        }
    }

    /** Sends a request without a body and waits for its answer. */
    public WireResponse exchange(String method, String path) throws IOException {
        return exchange(new WireRequest(method, path, null));
    }

    /** Sends a request and waits for its answer. */
    public WireResponse exchange(WireRequest request) throws IOException {
        Expect.present(request, "request");
        String head = "%s %s HTTP/1.1\r\nHost: localhost\r\n".formatted(request.method(), request.path());
        String json = request.json();
        if (json == null) {
            send(head + "\r\n");
        } else {
            int length = json.getBytes(StandardCharsets.UTF_8).length;
            send(head + "Content-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n" + json);
        }
        return read(request.method().equals("HEAD"));
    }

    /** Sends these characters unchanged. */
    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends these bytes, which need not be a request. */
    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Ends the client's side of the connection; answers can still be read. */
    public void endSending() throws IOException {
        socket.shutdownOutput();
    }

    /** Resets the connection: the server's next write or read fails. */
    public void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /**
     * Reads one complete answer; an interim answer before it (100) is skipped.
     *
     * @param headOnly whether it has no body, as after a HEAD
     * @throws EOFException if the connection ends before the answer does
     */
    public WireResponse read(boolean headOnly) throws IOException {
        WireResponse head = readHead();
        while (head.status() >= 100 && head.status() < 200 && head.status() != 101) {
            head = readHead();
        }
        boolean bodiless = headOnly || head.status() == 101 || head.status() == 204 || head.status() == 304;
        return bodiless ? head : new WireResponse(head.status(), head.headers(), body(head.headers()));
    }

    /**
     * Reads the head of the next answer, even if it is a 100, and does not read the body.
     *
     * @throws EOFException if the connection ends before the head does
     */
    public WireResponse readHead() throws IOException {
        String[] start = line().split(" ", 3);
        if (start.length < 2 || !start[0].startsWith("HTTP/1.")) {
            throw new IOException("not an HTTP/1 status line: " + String.join(" ", start));
        }
        return new WireResponse(Integer.parseInt(start[1]), headers(), "");
    }

    /**
     * Reads all remaining bytes; waits for each part up to the read timeout.
     *
     * @return the bytes until the server ends the connection, orderly or by a reset
     * @throws java.net.SocketTimeoutException if it does not end it
     */
    public byte[] readToEnd() throws IOException {
        var all = new ByteArrayOutputStream();
        readToEnd(all);
        return all.toByteArray();
    }

    /**
     * Reads bytes, ends the client's side once none have been received for a while, and reads the rest: for a server that has
     * nothing more to send, but would end the connection in the middle of its answers if the client's side had ended before.
     *
     * @param quiet how long no bytes must be received, {@code > 0}
     */
    public byte[] readToEndPatiently(Duration quiet) throws IOException {
        var all = new ByteArrayOutputStream();
        int timeoutMillis = socket.getSoTimeout();
        try {
            socket.setSoTimeout(Math.toIntExact(Expect.positive(quiet, "quiet").toMillis()));
            readToEnd(all);
            return all.toByteArray();
        } catch (SocketTimeoutException e) {
            socket.setSoTimeout(timeoutMillis);
            endSending();
            readToEnd(all);
            return all.toByteArray();
        } catch (SocketException e) {
            return all.toByteArray(); // a reset ends it, too
        }
    }

    private void readToEnd(ByteArrayOutputStream all) throws IOException {
        byte[] part = new byte[4096];
        try {
            for (int count = in.read(part); count >= 0; count = in.read(part)) {
                all.write(part, 0, count);
            }
        } catch (SocketException e) {
            // reset: the bytes before it are the answer
        }
    }

    /** Whether the server has ended the connection without further bytes; waits up to the read timeout. */
    public boolean isEnded() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private Map<String, List<String>> headers() throws IOException {
        var headers = new LinkedHashMap<String, List<String>>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IOException("not a header: " + line);
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return headers;
    }

    private String body(Map<String, List<String>> headers) throws IOException {
        var body = new ByteArrayOutputStream();
        if (headers.getOrDefault("transfer-encoding", List.of()).contains("chunked")) {
            for (int size = chunkSize(); size > 0; size = chunkSize()) {
                body.write(exactly(size));
                line();
            }
            line();
        } else if (headers.containsKey("content-length")) {
            body.write(exactly(Integer.parseInt(headers.get("content-length").get(0))));
        } else {
            in.transferTo(body);
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line().split(";", 2)[0].strip(), 16);
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the connection ended %d bytes before the body did".formatted(count - bytes.length));
        }
        return bytes;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended within the head, after: " + line);
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
