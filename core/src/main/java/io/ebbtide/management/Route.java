package io.ebbtide.management;

import java.util.function.Consumer;

/** Answers requests. */
@FunctionalInterface
interface Route {
    /**
     * Answers one request, now or later.
     *
     * @param answer to be called once, on any thread
     */
    void answer(RequestHead head, Consumer<Reply> answer);
}
