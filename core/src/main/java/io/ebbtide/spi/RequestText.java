package io.ebbtide.spi;

import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;

/** Text about requests: their names in reports and lists, and what is safe to log about them. Stateless. */
public final class RequestText {
    private RequestText() {}

    /**
     * Returns the name of a request, such as {@code GET /orders}: the description to pass to {@link Traffic#admit}.
     *
     * @param path as for {@link #path}
     */
    public static String name(String method, String path) {
        return method + " " + path(path);
    }

    /**
     * Returns the path without its parameters, the parts after semicolons, which may be a session's key.
     *
     * @param path as it was sent, without query
     */
    public static String path(String path) {
        return Printable.path(Expect.present(path, "path"));
    }

    /** Returns the text for a log line: secrets replaced, control characters escaped, truncated after 256 characters. */
    public static String line(String text) {
        return Printable.line(Redact.text(Expect.present(text, "text")));
    }

    /** Returns the exception for a log line: its class, its message without secrets, its causes, their top frames. */
    public static String trace(Throwable failure) {
        return Redact.trace(Expect.present(failure, "failure")).toString();
    }
}
