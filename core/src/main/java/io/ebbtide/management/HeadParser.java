package io.ebbtide.management;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the head of an HTTP/1 request (RFC 9112, sections 2 to 6), strictly: irregular input is refused, not guessed. */
final class HeadParser {
    static final int MAX_BODY_BYTES = 8 * 1024;

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern TARGET = Pattern.compile("/[\\x21-\\x7e]*");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://[^/?#]+");
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,9}");

    private static final byte[] HEAD = "HEAD ".getBytes(StandardCharsets.US_ASCII);

    /** The content type of the record with which a TLS client begins (RFC 8446, section 5.1). */
    private static final byte TLS_HANDSHAKE = 22;

    private HeadParser() {}

    /**
     * Returns the length of the head with its empty line, or -1 if that has not come yet.
     *
     * @throws BadRequest if a line ends without a carriage return: another reader that accepts such a line end would
     *     parse a different head from the same bytes (RFC 9112, section 2.2)
     */
    static int lengthOfHead(byte[] bytes, int length) throws BadRequest {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != '\n') {
                continue;
            }
            if (i == 0 || bytes[i - 1] != '\r') {
                throw new BadRequest(400, "a line feed without a carriage return");
            }
            if (i >= 3 && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    /** Returns the length of the leading empty lines: a client may send such a line after a body, and they are ignored. */
    static int lengthOfEmptyLines(byte[] bytes, int length) {
        int skipped = 0;
        while (skipped + 1 < length && bytes[skipped] == '\r' && bytes[skipped + 1] == '\n') {
            skipped += 2;
        }
        return skipped;
    }

    /**
     * Refuses bytes that cannot become a request, without waiting for the end of a head, which need not come.
     *
     * @throws BadRequest if they begin a TLS handshake, or begin with any other byte that no method begins with
     */
    static void checkBeginning(byte[] bytes, int length) throws BadRequest {
        boolean mayBeEmptyLine = length > 0 && bytes[0] == '\r' && (length == 1 || bytes[1] == '\n');
        if (length == 0 || mayBeEmptyLine || bytes[0] == '\n' || isToken(bytes[0])) {
            return;
        }
        throw new BadRequest(
                400, bytes[0] == TLS_HANDSHAKE ? "this port speaks plain HTTP, not TLS" : "invalid request line");
    }

    private static boolean isToken(byte c) {
        return TOKEN.matcher(String.valueOf((char) (c & 0xff))).matches();
    }

    /** Whether a possibly incomplete request is a HEAD, so that no answer to it has a body. */
    static boolean isHead(byte[] bytes, int length) {
        return length >= HEAD.length && Arrays.equals(bytes, 0, HEAD.length, HEAD, 0, HEAD.length);
    }

    /** Reads a complete head. */
    static RequestHead parse(byte[] bytes, int length) throws BadRequest {
        String[] lines = new String(bytes, 0, length - 4, StandardCharsets.ISO_8859_1).split("\r\n", -1);
        String[] start = lines[0].split(" ", -1);
        if (start.length != 3 || !TOKEN.matcher(start[0]).matches()) {
            throw new BadRequest(400, "invalid request line");
        }
        if (!start[2].equals("HTTP/1.1") && !start[2].equals("HTTP/1.0")) {
            throw new BadRequest(505, "not HTTP/1.0 or HTTP/1.1");
        }
        String target = ABSOLUTE.matcher(start[1]).lookingAt() ? pathOf(start[1]) : start[1];
        if (!TARGET.matcher(target).matches()) {
            throw new BadRequest(400, "the target is not a path");
        }
        Map<String, String> headers = headers(lines);
        if (headers.containsKey("transfer-encoding")) {
            throw new BadRequest(411, "a body needs a Content-Length here");
        }
        boolean keepAlive = start[2].equals("HTTP/1.1") && !hasToken(headers.getOrDefault("connection", ""), "close");
        return new RequestHead(
                start[0],
                target.split("[?#]", 2)[0],
                Map.copyOf(headers),
                contentLength(headers.get("content-length")),
                keepAlive);
    }

    private static boolean hasToken(String list, String token) {
        for (String each : list.split(",", -1)) {
            if (each.strip().equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    /** Extracts the path from the absolute form, which every server must accept (RFC 9112, section 3.2.2). */
    private static String pathOf(String target) {
        String path = ABSOLUTE.matcher(target).replaceFirst("");
        return path.isEmpty() ? "/" : path;
    }

    private static Map<String, String> headers(String[] lines) throws BadRequest {
        var headers = new HashMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon < 0 || !TOKEN.matcher(lines[i].substring(0, colon)).matches()) {
                throw new BadRequest(400, "invalid header line");
            }
            String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1);
            if (CONTROL.matcher(value).find()) {
                throw new BadRequest(400, "control characters in a header");
            }
            String former = headers.get(name);
            if (former != null && name.equals("content-length")) {
                throw new BadRequest(400, "more than one Content-Length");
            }
            if (former != null && name.equals("host")) { // RFC 9112, section 3.2
                throw new BadRequest(400, "more than one Host");
            }
            headers.put(name, former == null ? value.strip() : former + ", " + value.strip());
        }
        return headers;
    }

    private static int contentLength(@Nullable String value) throws BadRequest {
        if (value == null) {
            return 0;
        }
        if (!LENGTH.matcher(value).matches()) {
            throw new BadRequest(400, "invalid Content-Length");
        }
        int length = Integer.parseInt(value);
        if (length > MAX_BODY_BYTES) {
            throw new BadRequest(413, "body too large");
        }
        return length;
    }
}
