package io.ebbtide.management;

import io.ebbtide.spi.ProbeResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An answer, which several clients may share. Immutable: a reader takes a duplicate of the body.
 *
 * @param status such as 200
 * @param headers all except {@code Content-Length} and {@code Connection}
 * @param body sent unless the request was a HEAD
 */
record Reply(int status, Map<String, String> headers, ByteBuffer body) {
    static Reply of(ProbeResponse response) {
        return new Reply(response.status(), response.headers(), response.body());
    }

    static Reply text(int status, String contentType, String text) {
        return new Reply(
                status,
                Map.of("Content-Type", contentType, "Cache-Control", "no-store", "X-Content-Type-Options", "nosniff"),
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    static Reply plain(int status, String text) {
        return text(status, "text/plain; charset=utf-8", text + "\n");
    }

    /** The status line and the headers, with the empty line after them. */
    ByteBuffer head(boolean keepAlive) {
        var head = new StringBuilder(256);
        head.append("HTTP/1.1 ").append(status).append(' ').append(phrase()).append("\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.remaining()).append("\r\n");
        head.append(keepAlive ? "\r\n" : "Connection: close\r\n\r\n");
        return ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private String phrase() {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 411 -> "Length Required";
            case 413 -> "Content Too Large";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "Status";
        };
    }
}
