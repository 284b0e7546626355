package io.ebbtide.work;

import io.ebbtide.lifecycle.TrafficSource;
import java.time.Duration;

/**
 * A consumer of messages: a queue, a log, an inbox. Given to {@code EbbtideBuilder.messages}. Once the service is told to
 * stop, it is asked to pause at once, for nobody outside has to learn of that first; the messages it has taken finish;
 * what is finished is committed; then it leaves, so that others get the rest, while requests may still be served. All
 * this is over before components are stopped. Its methods are called by one thread at a time, each once, in the order in
 * which they stand here.
 *
 * <p>What is not finished in time must not be committed: the broker then gives it to somebody else. So a message may be
 * worked on twice, and is never lost.
 */
public interface MessageSource {
    /** What it is called in logs and reports. May be called at any time by any thread. */
    String name();

    /**
     * Begins to take messages, and returns once it does. Runs on the thread that starts the service, once all components
     * have started.
     *
     * @param messages to be asked for each message before it is worked on; may be used by many threads
     * @throws Exception if it cannot: the service then fails to start
     */
    void start(Messages messages) throws Exception;

    /**
     * Asks for no further message. What has been taken goes on. From before this call on, {@link Messages#take} returns
     * null: what a poll that was under way brings back is left as it was.
     *
     * @throws Exception told in the report; the rest goes on
     */
    void pause() throws Exception;

    /**
     * Commits what is finished. Called once all that was taken is, or shortly before the time for it is over.
     *
     * @param within how long it may take; past that it is interrupted
     * @throws Exception told in the report; the source leaves all the same
     */
    void commit(Duration within) throws Exception;

    /**
     * Leaves the broker, so that it gives to others what is not committed, and ends the threads.
     *
     * @param within how long it may take; past that it is interrupted
     * @throws Exception told in the report
     */
    void leave(Duration within) throws Exception;

    /** The same as a traffic source, which has no senders. */
    static TrafficSource asTraffic(MessageSource source) {
        return new MessageTraffic(source);
    }
}
