package io.ebbtide.work;

import io.ebbtide.lifecycle.TrafficSource;
import java.time.Duration;

/**
 * A consumer of messages: a queue, a log, an inbox. Registered with {@code EbbtideBuilder.messages}. When the service
 * begins to shut down, the source is paused at once, because no outside client has to learn of it first. The messages
 * it has taken finish, finished messages are committed, and the source leaves the broker, so that other consumers get
 * the rest, while requests may still be served. All this is over before components are stopped. Its methods, but for
 * {@link #name()}, are called once each, in the order in which they are declared here, and one at a time, unless one
 * ignores the interrupt at the end of its time: the next one is then called by another thread.
 *
 * <p>A message that is not finished in time must not be committed: the broker then delivers it to another consumer. So
 * a message may be processed twice, and is never lost.
 */
public interface MessageSource {
    /** The name in logs and reports. May be called at any time by any thread. */
    String name();

    /**
     * Begins to take messages, and returns once it does. Runs on the thread that starts the service, once all
     * components have started.
     *
     * @param messages to be asked for each message before work on it begins; may be used by many threads
     * @throws Exception if the source cannot start: the service then fails to start
     */
    void start(Messages messages) throws Exception;

    /**
     * Stops asking for messages. Messages already taken continue. From just before this call on, {@link Messages#take}
     * returns null: messages that a running poll still returns are not processed.
     *
     * @throws Exception recorded in the report; the other steps are still carried out
     */
    void pause() throws Exception;

    /**
     * Commits the finished messages. Called once all messages taken are finished, or shortly before their time is over.
     *
     * @param within how long it may take; after that it is interrupted
     * @throws Exception recorded in the report; {@link #leave} is called all the same
     */
    void commit(Duration within) throws Exception;

    /**
     * Leaves the broker, so that it delivers uncommitted messages to other consumers, and ends the threads.
     *
     * @param within how long it may take; after that it is interrupted
     * @throws Exception recorded in the report
     */
    void leave(Duration within) throws Exception;

    /** Returns the source as a traffic source without senders. */
    static TrafficSource asTraffic(MessageSource source) {
        return new MessageTraffic(source);
    }
}
