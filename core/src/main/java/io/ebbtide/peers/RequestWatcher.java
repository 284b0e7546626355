package io.ebbtide.peers;

import org.jspecify.annotations.Nullable;

/** Is notified of each request that has been answered. Called by many threads; must not block. */
@FunctionalInterface
public interface RequestWatcher {
    /**
     * A request has ended.
     *
     * @param method as the client sent it, so any text
     * @param route the template that it matched, such as {@code /orders/{id}}; null if none is known
     * @param status of the response; 0 if none was begun
     * @param nanos time from its arrival to the end of the response
     */
    void answered(String method, @Nullable String route, int status, long nanos);
}
