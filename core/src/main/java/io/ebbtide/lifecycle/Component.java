package io.ebbtide.lifecycle;

import java.time.Duration;

/**
 * A part that the service starts and stops: a pool, a consumer, a cache. Components start in the order in which they
 * were added, each once the one before has started, and stop in reverse. Called by one thread at a time.
 */
public interface Component {
    /**
     * Starts, and returns once usable. Runs on the thread that starts the service; interrupted when a shutdown
     * begins during the start.
     *
     * @throws Exception if it cannot start: the service then stops the parts that it had started, and fails
     */
    void start() throws Exception;

    /**
     * Stops, and returns once no part of it runs any more. Runs on a thread of its own, never before {@link #start()}
     * has returned.
     *
     * @param within the maximum time; after that it is interrupted, reported and abandoned
     * @throws Exception named in the report; the other components stop all the same
     */
    void stop(Duration within) throws Exception;

    /** Returns a component that is usable from the beginning and is closed at the stop. */
    static Component closing(AutoCloseable resource) {
        return new Component() {
            @Override
            public void start() {}

            @Override
            public void stop(Duration within) throws Exception {
                resource.close();
            }
        };
    }
}
