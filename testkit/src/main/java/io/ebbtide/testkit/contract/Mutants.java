package io.ebbtide.testkit.contract;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Mutates requests: their lines, targets, headers and framing, single bytes, the bytes after them on the connection, how
 * they are split, and whether the connection is reset. The same seed gives the same mutants. Not thread-safe; confine to one
 * thread.
 */
final class Mutants {
    private static final int MAX_PIPELINED = 4;
    private static final int MAX_PARTS = 5;

    /** In percent. */
    private static final int PIPELINED = 15;

    private static final int SPLIT = 20;
    private static final int RESET = 3;
    private static final int CHANGED_BYTES = 30;

    private static final List<String> METHODS = List.of(
            "GET",
            "GET",
            "GET",
            "HEAD",
            "POST",
            "POST",
            "PUT",
            "DELETE",
            "OPTIONS",
            "PATCH",
            "TRACE",
            "CONNECT",
            "get",
            "G",
            "",
            "G T",
            "G\tT",
            "G<T>",
            "\u00c3\u00a9",
            "\u0000",
            "PRI",
            "GETGETGETGETGETGETGETGETGETGETGETGET");

    private static final List<String> TARGETS = List.of(
            "/plain",
            "/plain",
            "/plain",
            "/reads",
            "/reads",
            "/empty",
            "/chunked",
            "/nowhere",
            "/",
            "",
            "*",
            "plain",
            "//plain",
            "/./plain",
            "/../plain",
            "/a/../plain",
            "/%70lain",
            "/%zz",
            "/%",
            "/%00",
            "/%2e%2e/%2e",
            "/pl ain",
            "/pl\\ain",
            "/plain#f",
            "/pl\u00c3\u00a9",
            "/pl\u0000ain",
            "/plain;x=1",
            "/plain?x=\"<>",
            "/plain?%",
            "/^`{|}",
            "http://localhost/plain",
            "http://localhost",
            "http://",
            "https://a:b@c:1/plain",
            "ftp://a/plain",
            "localhost:80",
            "?",
            "/health",
            "/health/live",
            "/health/ready",
            "/health/live/",
            "/health/li%76e",
            "/health/live;a=b",
            "/health/live?a",
            "/health\\live",
            "/health/live#f",
            "/health//live",
            "/healthy",
            "http://localhost/health/live");

    private static final List<String> VERSIONS = List.of(
            " HTTP/1.1",
            " HTTP/1.1",
            " HTTP/1.1",
            " HTTP/1.1",
            " HTTP/1.1",
            " HTTP/1.1",
            " HTTP/1.0",
            "",
            " HTTP/0.9",
            " HTTP/2.0",
            " HTTP/1.2",
            " HTTP/1",
            " HTTP/",
            " http/1.1",
            " HTTP/1.1 ",
            "  HTTP/1.1",
            "\tHTTP/1.1",
            " HTTP/1.1x",
            " HTTP/11",
            " HTCPCP/1.0");

    private static final List<String> HEADERS = List.of(
            "Host: other",
            "Host:",
            "Host: a b",
            "Host: [::1",
            "Host: localhost:99999",
            "Host: a/b",
            "Host: a, b",
            "Connection: close",
            "Connection: keep-alive",
            "Connection: Upgrade",
            "Connection: ,",
            "Connection: close, TE",
            "Content-Length: 0",
            "Content-Length: 5",
            "Content-Length: 05",
            "Content-Length: +5",
            "Content-Length: -1",
            "Content-Length: 5, 5",
            "Content-Length: 99999999999999999999",
            "Content-Length: five",
            "Content-Length:",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: Chunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding:\u000bchunked",
            "Transfer-Encoding : chunked",
            "Expect: 100-continue",
            "Expect: x",
            "Upgrade: h2c",
            "Upgrade: websocket",
            "HTTP2-Settings: AAA",
            "User-Agent: kube-probe/1.32",
            "Accept: " + "*/*, ".repeat(50),
            "Cookie: a=b; c=\"d",
            "Content-Type: text/plain; charset=none",
            "Range: bytes=0-",
            "Trailer: x",
            "TE: trailers",
            "no colon",
            ": no name",
            "a b: c",
            "a\u0000: b",
            "a: b\u0000c",
            "a: b\rc",
            "a: \u00c3\u00a9",
            "a: b\r\n c",
            " a: b",
            "a : b",
            "(a): b",
            "a:",
            "a: " + "b".repeat(2_000));

    private static final List<String> BODIES = List.of(
            "hello",
            "hel",
            "hello world",
            "5\r\nhello\r\n0\r\n\r\n",
            "5\r\nhello\r\n",
            "5\r\nhelloo\r\n0\r\n\r\n",
            "5;a=b\r\nhello\r\n0\r\na: b\r\n\r\n",
            "zz\r\n",
            "-5\r\nhello\r\n0\r\n\r\n",
            "5\nhello\n0\n\n",
            "FFFFFFFFF\r\nhello",
            " 5\r\nhello\r\n0\r\n\r\n",
            "0\r\n\r\n",
            "0\r\nbad trailer\r\n\r\n",
            "\r\n",
            "\u0000");

    private static final List<String> LINE_ENDS =
            List.of("\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n", "");

    private final Random random;

    Mutants(long seed) {
        random = new Random(seed);
    }

    Mutant next() {
        int requests = chance(PIPELINED) ? 2 + random.nextInt(MAX_PIPELINED - 1) : 1;
        var text = new StringBuilder();
        for (int i = 0; i < requests; i++) {
            text.append(request());
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        if (chance(CHANGED_BYTES)) {
            bytes = changed(bytes);
        }
        return new Mutant(parts(bytes), requests, chance(RESET));
    }

    private String request() {
        boolean valid = chance(50); // valid except for one part, so that the other parts are read at all
        int wrong = random.nextInt(4);
        var request = new StringBuilder();
        request.append(!valid || wrong == 0 ? any(METHODS) : chance(70) ? "GET" : "POST");
        request.append(chance(97) ? " " : any(List.of("", "  ", "\t")));
        request.append(!valid || wrong == 1 ? any(TARGETS) : chance(50) ? "/plain" : "/reads");
        request.append(!valid ? any(VERSIONS) : " HTTP/1.1").append(end(valid));
        if (chance(90)) {
            request.append("Host: localhost").append(end(valid));
        }
        int headers = !valid || wrong == 2 ? random.nextInt(4) : 0;
        for (int i = 0; i < headers; i++) {
            request.append(any(HEADERS)).append(end(valid));
        }
        if (wrong == 3 && chance(60)) {
            request.append(chance(50) ? "Content-Length: 5" : "Transfer-Encoding: chunked")
                    .append("\r\n");
        }
        if (chance(50)) {
            request.append("Connection: close\r\n");
        }
        request.append(end(valid));
        if (wrong == 3) {
            request.append(any(BODIES));
        }
        return request.toString();
    }

    private String end(boolean valid) {
        return valid || chance(80) ? "\r\n" : any(LINE_ENDS);
    }

    private byte[] changed(byte[] bytes) {
        byte[] changed = bytes;
        for (int i = 1 + random.nextInt(3); i > 0 && changed.length > 1; i--) {
            int at = random.nextInt(changed.length);
            int length = Math.min(changed.length - at, 1 + random.nextInt(8));
            changed = switch (random.nextInt(5)) {
                case 0 -> replaced(changed, at, 1, new byte[] {(byte) random.nextInt(256)});
                case 1 -> replaced(changed, at, 0, new byte[] {(byte) random.nextInt(256)});
                case 2 -> replaced(changed, at, length, new byte[0]);
                case 3 -> replaced(changed, at, 0, Arrays.copyOfRange(changed, at, at + length));
                default -> Arrays.copyOf(changed, at + 1);
            };
        }
        return changed;
    }

    private static byte[] replaced(byte[] bytes, int at, int length, byte[] by) {
        byte[] changed = new byte[bytes.length - length + by.length];
        System.arraycopy(bytes, 0, changed, 0, at);
        System.arraycopy(by, 0, changed, at, by.length);
        System.arraycopy(bytes, at + length, changed, at + by.length, bytes.length - at - length);
        return changed;
    }

    private List<byte[]> parts(byte[] bytes) {
        if (!chance(SPLIT) || bytes.length < 2) {
            return List.of(bytes);
        }
        List<byte[]> parts = new ArrayList<>();
        int from = 0;
        for (int remaining = 1 + random.nextInt(MAX_PARTS - 1); remaining > 0 && from < bytes.length - 1; remaining--) {
            int to = from + 1 + random.nextInt(bytes.length - from - 1);
            parts.add(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
        parts.add(Arrays.copyOfRange(bytes, from, bytes.length));
        return parts;
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String any(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}
