package io.ebbtide.lifecycle;

import java.time.Duration;

/**
 * Something that the service starts and stops: a pool, a consumer, a cache. Components start in the order in which they
 * were added, each once the one before has started, and stop in reverse. Called by one thread at a time.
 */
public interface Component {
    /**
     * Starts, and returns once usable. Runs on the thread that starts the service; interrupted when the service is told
     * to stop meanwhile.
     *
     * @throws Exception if it cannot start: the service then stops what it had started and fails
     */
    void start() throws Exception;

    /**
     * Stops, and returns once nothing of it runs any more. Runs on a thread of its own, never before {@link #start()}
     * has returned.
     *
     * @param within how long it may take; past that it is interrupted, reported and left behind
     * @throws Exception told in the report; the other components stop all the same
     */
    void stop(Duration within) throws Exception;

    /** A component that is usable from the beginning and is closed at the stop. */
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
