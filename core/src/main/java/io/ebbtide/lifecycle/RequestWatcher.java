package io.ebbtide.lifecycle;

import org.jspecify.annotations.Nullable;

/** Told of each request that has got its answer. Called by many threads; must not block. */
@FunctionalInterface
public interface RequestWatcher {
    /**
     * A request is over.
     *
     * @param method as the client sent it, so whatever it liked
     * @param route the template that it matched, such as {@code /orders/{id}}; null if none is known
     * @param status of the answer; 0 if none was begun
     * @param nanos from its arrival to the end of its answer
     */
    void answered(String method, @Nullable String route, int status, long nanos);
}
