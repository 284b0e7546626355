package io.ebbtide.testkit;

import io.ebbtide.internal.Expect;
import org.jspecify.annotations.Nullable;

/**
 * A request to send. Immutable.
 *
 * @param method such as GET
 * @param path the path with its query
 * @param json the body; null for none
 */
public record WireRequest(
        String method, String path, @Nullable String json) {
    public WireRequest {
        Expect.text(method, "method");
        Expect.text(path, "path");
    }

    /** Creates a GET. */
    public static WireRequest get(String path) {
        return new WireRequest("GET", path, null);
    }

    /** Creates a POST of JSON. */
    public static WireRequest post(String path, String json) {
        return new WireRequest("POST", path, json);
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
