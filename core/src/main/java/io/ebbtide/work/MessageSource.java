package io.ebbtide.work;

import io.ebbtide.internal.Ticker;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;

/**
 * A consumer of messages, from a queue, a log or an inbox.
 *
 * <p>For each message that it has received, it calls {@link Messages#take} before it processes the message, and closes
 * the returned {@link Message} afterwards. When the service begins to shut down, the source is paused at once, because
 * no external client has to notice the shutdown first. The messages it has taken finish, finished messages are
 * committed, and the source disconnects from the broker, so that other consumers get the rest, while requests may still
 * be served. All this is over before components are stopped.
 *
 * <pre>{@code
 * String next = queue.poll();
 * Message message = messages.take(() -> "order " + next); // null: shutting down
 * if (message != null) {
 *     try (message) {
 *         handle(next);
 *     }
 * }
 * }</pre>
 *
 * <p>The messages may take as long as the drain, except for the time reserved for commit and disconnection: a quarter
 * of the drain, at most 2 s. A message that is not finished in time must not be committed: the broker then delivers it
 * to another consumer. So a message may be processed twice, and is never lost.
 *
 * <p>Registered with {@code EbbtideBuilder.messages}. Its methods, except {@link #name()}, are called once each, in
 * the order of their declaration, and do not overlap. There is one exception: a method that ignores the interrupt at
 * the end of its time is left running, and the next method is called on another thread.
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
     * @throws Exception recorded in the report; {@link #disconnect} is called all the same
     */
    void commit(Duration within) throws Exception;

    /**
     * Disconnects from the broker, so that it delivers uncommitted messages to other consumers, and ends the threads.
     *
     * @param within how long it may take; after that it is interrupted
     * @throws Exception recorded in the report
     */
    void disconnect(Duration within) throws Exception;

    /** Returns the source as a traffic source without external clients: it needs no lame duck. */
    static TrafficSource asTraffic(MessageSource source) {
        return new MessageTraffic(source, Ticker.system()); // it exists before its service
    }
}
