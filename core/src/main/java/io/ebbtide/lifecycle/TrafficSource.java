package io.ebbtide.lifecycle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A server or consumer that brings work in and can be asked to stop. Adapters implement it. Each method is called once,
 * by one thread at a time, in the order in which they stand here; {@link #start} on the thread that starts the service,
 * the others on threads of their own. One that is to serve the probes on its own port as well also implements
 * {@code io.ebbtide.probe.ProbeHost}.
 */
public interface TrafficSource {
    /** What it is called in logs and reports, such as {@code http:8080}. May be called at any time by any thread. */
    String name();

    /**
     * Whether somebody outside chooses to send work here, and has to learn of the leaving first. A service of which no
     * source has such senders needs no lame duck: a consumer just stops asking.
     */
    default boolean hasSenders() {
        return true;
    }

    /**
     * Begins to bring work in, and returns once it does. Every unit of work passes {@link Traffic#admit}.
     *
     * @throws Exception if it cannot, for example because the port is in use: the service then fails to start
     */
    void start(Traffic traffic) throws Exception;

    /**
     * Asks clients to leave, and goes on serving them: the lame duck begins. {@link Traffic#leaving()} is true from
     * here on. Not called when the lame duck is skipped.
     */
    default void leave() throws Exception {}

    /** Takes no new connection any more. Cuts nothing: what is open stays open and is served. */
    void stopAccepting() throws Exception;

    /**
     * Closes everything that is left: connections, threads, selectors. Nothing is in flight any more, or the time for
     * it is over.
     *
     * @param within how long it may take; past that it is interrupted, reported and left behind
     */
    void close(Duration within) throws Exception;

    /**
     * How much of its capacity is in use, for the meters. May be called at any time by any thread, also before the start
     * and after the end; must not block, and not throw.
     */
    default SourceLoad load() {
        return SourceLoad.nothingKnown();
    }

    /** What waits in here to be begun, for the meters; null if the source cannot tell. May be called at any time. */
    default @Nullable Backlog backlog() {
        return null;
    }

    /** What there is to tell in the report once it is closed, such as how many tasks were dropped; empty if nothing. */
    default String summary() {
        return "";
    }
}
