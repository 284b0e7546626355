package io.ebbtide.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A server or consumer that brings work in and can be asked to stop. Adapters implement it.
 *
 * <p>A source is started when all components have started. At the signal it asks its clients to disconnect and
 * continues to serve them (the lame duck), then it stops accepting connections (the drain), and when nothing is in
 * flight any more it is closed. By default it is assumed to have external clients, which must notice the shutdown; a
 * service none of whose sources has external clients skips the lame duck.
 *
 * <pre>{@code
 * TrafficSource http = UndertowSource.http(8080, handler); // an adapter's source
 * TrafficSource mails = WorkExecutor.asTraffic(
 *         WorkExecutor.of("mails", Executors.newFixedThreadPool(4), QueueRule.keep()));
 * Ebbtide.builder("orders").serve(http).serve(mails).run();
 * }</pre>
 *
 * <p>The methods that act are called at most once each, one at a time, in the order of their declaration: {@link
 * #start} on the thread that starts the service, the others on threads of their own. The methods that return something
 * may be called any number of times. A source that also serves the probes on its own port implements {@code
 * io.ebbtide.spi.ProbeHost}.
 */
public interface TrafficSource {
    /** Returns its name in logs and reports, such as {@code http:8080}. May be called at any time by any thread. */
    String name();

    /**
     * Returns whether external clients send work here, and so must notice the shutdown before this source stops. A service
     * none of whose sources has such clients needs no lame duck: a consumer just stops polling. Has nothing to do with
     * {@code EBBTIDE_SENDERS}, the number of routers behind one address.
     */
    default boolean hasSenders() {
        return true;
    }

    /**
     * Begins to bring work in, and returns once that has begun. Every unit of work passes {@link Traffic#admit}.
     *
     * @throws Exception if it cannot, for example because the port is in use: the service then fails to start
     */
    void start(Traffic traffic) throws Exception;

    /**
     * Asks clients to disconnect, and continues to serve them: the lame duck begins. {@link Traffic#isShuttingDown()} is true from
     * here on. Not called when the lame duck is skipped.
     */
    default void beginShutdown() throws Exception {}

    /** Stops accepting connections. Aborts nothing: open connections stay open and are served. */
    void stopAccepting() throws Exception;

    /**
     * Closes everything that remains: connections, threads, selectors. No work is in flight any more, or the time for it
     * is over.
     *
     * @param within the maximum time; after that it is interrupted, reported and abandoned
     */
    void close(Duration within) throws Exception;

    /**
     * Returns how much of its capacity is in use, for the meters. May be called at any time by any thread, also before the start
     * and after the end; must not block, and not throw.
     */
    default SourceLoad load() {
        return SourceLoad.nothingKnown();
    }

    /** Returns the work here that has not begun, for the meters; null if the source cannot report it. May be called at any time. */
    default @Nullable Backlog backlog() {
        return null;
    }

    /** Returns a note for the report once it is closed, such as how many tasks were dropped; empty if there is none. */
    default String summary() {
        return "";
    }
}
