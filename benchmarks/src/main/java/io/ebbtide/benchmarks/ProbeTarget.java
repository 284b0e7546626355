package io.ebbtide.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A probe at a port of loopback, which is asked as fast as it answers, or once. Immutable.
 *
 * @param name for figures
 */
record ProbeTarget(String name, int port, String path) {
    /** Kubernetes' default time-out of a probe. */
    static final Duration TIMEOUT = Duration.ofSeconds(1);

    private static final int MAX_HEAD = 8 * 1024;
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /**
     * Asks by some connections that stay open, for some time.
     *
     * @return answers per second
     * @throws IOException if an answer is not 200
     */
    double throughput(int connections, Duration time) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(connections);
        try {
            long end = System.nanoTime() + time.toNanos();
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                counts.add(clients.submit(() -> askUntil(end)));
            }
            long sum = 0;
            for (Future<Long> each : counts) {
                sum += each.get();
            }
            return sum / (time.toNanos() / 1e9);
        } finally {
            clients.shutdownNow();
        }
    }

    /** All answers of a probe have one length, so only the first one is parsed. */
    private long askUntil(long endNanos) throws IOException {
        byte[] request = request("keep-alive");
        long count = 0;
        while (System.nanoTime() < endNanos) {
            try (Socket socket = connect()) {
                InputStream in = socket.getInputStream();
                byte[] answer = first(socket, request, in);
                boolean isOpen = !new String(answer, StandardCharsets.US_ASCII).contains("onnection: close");
                count++;
                while (isOpen && System.nanoTime() < endNanos) {
                    socket.getOutputStream().write(request);
                    if (in.readNBytes(answer, 0, answer.length) < answer.length) {
                        break; // a server may end a connection after some number of requests
                    }
                    expectGood(answer);
                    count++;
                }
            }
        }
        return count;
    }

    private byte[] first(Socket socket, byte[] request, InputStream in) throws IOException {
        socket.getOutputStream().write(request);
        byte[] head = new byte[MAX_HEAD];
        int length = 0;
        while (!endsWith(head, length, END_OF_HEAD)) {
            int next = in.read();
            if (next < 0 || length == MAX_HEAD) {
                throw new EOFException("%s: no answer after: %s".formatted(name, text(head, length)));
            }
            head[length++] = (byte) next;
        }
        String text = text(head, length);
        byte[] body = text.contains("ransfer-Encoding: chunked") ? chunks(in) : in.readNBytes(contentLength(text));
        byte[] answer = new byte[length + body.length];
        System.arraycopy(head, 0, answer, 0, length);
        System.arraycopy(body, 0, answer, length, body.length);
        expectGood(answer);
        return answer;
    }

    /** Up to the last chunk, which is empty. */
    private static byte[] chunks(InputStream in) throws IOException {
        byte[] end = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[MAX_HEAD];
        int length = 0;
        while (!endsWith(all, length, end)) {
            int next = in.read();
            if (next < 0 || length == MAX_HEAD) {
                throw new EOFException("no end of the chunks after: " + text(all, length));
            }
            all[length++] = (byte) next;
        }
        return Arrays.copyOf(all, length);
    }

    private static int contentLength(String head) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, "content-length:", 0, "content-length:".length()))
                .map(line ->
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElse(0);
    }

    private void expectGood(byte[] answer) throws IOException {
        String start = text(answer, Math.min(answer.length, 12));
        if (!start.equals("HTTP/1.1 200")) {
            throw new IOException("%s: %s (expected: HTTP/1.1 200)".formatted(name, start));
        }
    }

    /** Whether there is any answer, good or not, to one request. */
    boolean answersWithin(Duration time) {
        try (Socket socket = connect()) {
            socket.setSoTimeout((int) time.toMillis());
            socket.getOutputStream().write(request("close"));
            return socket.getInputStream().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks once, on a connection of its own, as a kubelet does. Returns the time; the time-out if there is no good answer within it. */
    Duration ask() {
        long start = System.nanoTime();
        try (Socket socket = connect()) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            socket.getOutputStream().write(request("close"));
            byte[] answer = socket.getInputStream().readAllBytes();
            var time = Duration.ofNanos(System.nanoTime() - start);
            expectGood(answer);
            return time.compareTo(TIMEOUT) < 0 ? time : TIMEOUT;
        } catch (IOException e) {
            return TIMEOUT;
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) TIMEOUT.toMillis());
        return socket;
    }

    private byte[] request(String connection) {
        return "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: %s\r\n\r\n"
                .formatted(path, connection)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean endsWith(byte[] bytes, int length, byte[] end) {
        return length >= end.length && Arrays.equals(bytes, length - end.length, length, end, 0, end.length);
    }

    private static String text(byte[] bytes, int length) {
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }
}
