package io.ebbtide.management;

import java.util.function.Consumer;

/** Answers requests. Confined to the loop's thread. */
interface Route extends AutoCloseable {
    /**
     * Answers one request, now or in a later turn.
     *
     * @param answer to be called once, on the loop's thread
     */
    void answer(RequestHead head, Consumer<Reply> answer);

    /** Called once in each turn of the loop: delivers the results of other threads, and begins work that may now begin. */
    void turn();

    /** Begins nothing more. Called by any thread. */
    @Override
    void close();
}
