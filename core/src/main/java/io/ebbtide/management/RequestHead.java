package io.ebbtide.management;

import java.util.Locale;
import java.util.Map;

/**
 * The head of a request. Immutable.
 *
 * @param method as sent
 * @param path the target without its query
 * @param headers by lower-case name; a repeated header has all its values, joined by commas
 * @param contentLength bytes of body that follow, {@code >= 0}
 * @param keepAlive whether the client wants to keep the connection
 */
record RequestHead(String method, String path, Map<String, String> headers, int contentLength, boolean keepAlive) {
    boolean isHead() {
        return method.equals("HEAD");
    }

    /** Whether the client waits for an interim response before it sends the body (RFC 9110, section 10.1.1). */
    boolean expectsContinue() {
        return header("Expect").equalsIgnoreCase("100-continue");
    }

    /** The header's value, or the empty string. */
    String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
}
