package io.ebbtide.management;

import java.util.Locale;
import java.util.Map;

/**
 * The head of a request. Immutable.
 *
 * @param method as sent
 * @param path the target without its query
 * @param headers by lower-case name; one that was repeated has all its values, joined by commas
 * @param contentLength bytes of body that follow, {@code >= 0}
 * @param keepAlive whether the client wants to go on using the connection
 */
record RequestHead(String method, String path, Map<String, String> headers, int contentLength, boolean keepAlive) {
    boolean isHead() {
        return method.equals("HEAD");
    }

    /** Whether the client waits with the body until it is answered (RFC 9110, section 10.1.1). */
    boolean expectsContinue() {
        return header("Expect").equalsIgnoreCase("100-continue");
    }

    /** The header's value, or the empty string. */
    String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
}
