package io.ebbtide.testkit;

import io.ebbtide.internal.Expect;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A complete answer, as received on the wire. Immutable.
 *
 * @param status such as 200
 * @param headers by lower-case name, each with its values in order
 * @param body the body, decoded from its transfer coding
 */
public record WireResponse(int status, Map<String, List<String>> headers, String body) {
    public WireResponse {
        headers = Expect.map(headers, "headers");
        Expect.present(body, "body");
    }

    /** The header's first value, or the empty string. */
    public String header(String name) {
        return headers.getOrDefault(Expect.present(name, "name").toLowerCase(Locale.ROOT), List.of(""))
                .get(0);
    }

    /** Whether the server will close the connection after this answer. */
    public boolean closes() {
        return header("connection").equalsIgnoreCase("close");
    }
}
