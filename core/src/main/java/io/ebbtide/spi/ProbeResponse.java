package io.ebbtide.spi;

import io.ebbtide.internal.Expect;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** A finished answer to a probe. Immutable. Obtained from {@link Probes#answer}. */
public final class ProbeResponse {
    private static final String ALLOW = "GET, HEAD, OPTIONS";

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    private ProbeResponse(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = Map.copyOf(headers);
        this.body = body;
    }

    /**
     * Returns an answer of JSON; the library makes them.
     *
     * @param status 200 or 503
     * @param body not copied, never to be changed
     */
    public static ProbeResponse json(int status, byte[] body) {
        Expect.present(body, "body");
        return new ProbeResponse(status, commonHeaders(), body);
    }

    static ProbeResponse methodNotAllowed() {
        Map<String, String> headers = commonHeaders();
        headers.put("Allow", ALLOW);
        return new ProbeResponse(405, headers, new byte[0]);
    }

    /** Returns an answer with the same status, no body, and the allowed methods (RFC 9110, section 9.3.7). */
    ProbeResponse toOptions() {
        var more = new LinkedHashMap<>(headers);
        more.put("Allow", ALLOW);
        return new ProbeResponse(status, more, new byte[0]);
    }

    /** 200, 503 or 405. */
    public int status() {
        return status;
    }

    /** Returns all headers except {@code Content-Length}. A probe's answer must never be stored (RFC 9111, section 5.2.2.5). */
    public Map<String, String> headers() {
        return headers;
    }

    /** Returns the body, which must not be sent to a HEAD; each call returns a buffer of its own over the same bytes. */
    public ByteBuffer body() {
        return ByteBuffer.wrap(body).asReadOnlyBuffer();
    }

    private static Map<String, String> commonHeaders() {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/json");
        headers.put("Cache-Control", "no-store");
        headers.put("X-Content-Type-Options", "nosniff");
        return headers;
    }
}
