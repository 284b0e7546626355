package io.ebbtide.spi;

import io.ebbtide.inflight.GateControl;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Expect;
import io.ebbtide.peers.RequestWatcher;
import io.ebbtide.peers.TrafficRecorder;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The entry for all work that traffic sources bring in.
 *
 * <p>An adapter asks it for a ticket before each request, and closes the ticket when the request is over. While the
 * service runs, in the lame duck and in the drain, work is admitted and counted; once the service is drained,
 * {@link #admit} returns null and the adapter refuses the request. Requests that are admitted with the address of their
 * peer also decide when the lame duck ends. Requests that arrive after the signal count as late in the report.
 *
 * <pre>{@code
 * Ticket ticket = traffic.admit(WorkKind.REQUEST, () -> "GET /orders");
 * if (ticket == null) {
 *     refuse(); // 503, Retry-After: traffic.retryAfter(), Connection: close
 * } else {
 *     traffic.answered(ticket, "GET", 200); // when the answer is complete
 * }
 * }</pre>
 *
 * <p>Passed to {@link TrafficSource#start}. Safe for use by many threads; no method blocks.
 */
public final class Traffic {
    private static final Pattern ENDLESS =
            Pattern.compile("\\s*(text/event-stream|multipart/x-mixed-replace)\\s*(;|$)", Pattern.CASE_INSENSITIVE);

    private final InFlight inFlight;
    private final TrafficRecorder recorder;

    /**
     * Creates the entry of one service; the library does so.
     *
     * @param recorder records the requests that arrive
     */
    public Traffic(InFlight inFlight, TrafficRecorder recorder) {
        this.inFlight = Expect.present(inFlight, "inFlight");
        this.recorder = Expect.present(recorder, "recorder");
    }

    /**
     * Admits one unit of work and counts it.
     *
     * @param description called only when the work is listed, on any thread: method and path, never the query
     * @return the ticket, to be closed exactly when the work is over, whatever its outcome; null if the service is drained,
     *     or the time for it is over: the work is to be refused
     */
    public @Nullable Ticket admit(WorkKind kind, Supplier<String> description) {
        recorder.arrivedFromUnknown();
        Ticket ticket = inFlight.tryEnter(kind, description);
        if (recorder.isShuttingDown()) {
            recorder.late(ticket != null, null, false);
        }
        return ticket;
    }

    /**
     * Admits work from a peer that balances traffic, and counts it: the lame duck ends once these peers have stopped.
     *
     * @param peer the address of its connection; null if it shows nothing about where traffic is sent, as for a health
     *     checker: then it is not late, either
     * @param use the use of that connection
     */
    public @Nullable Ticket admit(
            WorkKind kind, Supplier<String> description, @Nullable InetAddress peer, ConnectionUse use) {
        if (peer != null) {
            recorder.arrived(peer, use == ConnectionUse.AGAIN);
        }
        Ticket ticket = inFlight.tryEnter(kind, description);
        if (peer != null && recorder.isShuttingDown()) {
            recorder.late(ticket != null, peer, use == ConnectionUse.FIRST);
        }
        return ticket;
    }

    /**
     * Admits work that the service gives itself, such as a task of its own executor: it is never late.
     *
     * @param description called only when the work is listed, on any thread; no secrets
     * @return the ticket, to be closed exactly when the work is over; null if the service is drained, or the time for it is over
     */
    public @Nullable Ticket admitOwn(WorkKind kind, Supplier<String> description) {
        return inFlight.tryEnter(kind, description);
    }

    /**
     * Marks as cut one unit of work whose time is over before that of the others: the report names it, whatever its outcome. The
     * drain still waits for it. Before the shutdown begins, a call changes only the meters.
     *
     * @return false if its ticket is closed, or was marked before
     */
    public boolean cut(Ticket ticket) {
        return new GateControl(inFlight).cut(Expect.present(ticket, "ticket"));
    }

    /**
     * Returns the minimum time that work of this kind has before it is aborted.
     *
     * @return {@link InFlight#UNLIMITED} until the shutdown begins; never negative
     */
    public Duration remaining(WorkKind kind) {
        return inFlight.remaining(kind);
    }

    /**
     * Reports a response that is about to begin. One without a foreseeable end turns its request into a stream, which from
     * then on has the time that streams have in the drain. These are {@code text/event-stream} (HTML Living Standard,
     * section 9.2) and {@code multipart/x-mixed-replace}. For adapters; may be called more than once. Does not block.
     *
     * @param contentType as in the response's header; null for none
     */
    public void answering(Ticket ticket, @Nullable String contentType) {
        Expect.present(ticket, "ticket");
        if (contentType != null && ENDLESS.matcher(contentType).lookingAt()) {
            ticket.becomes(WorkKind.STREAM);
        }
    }

    /**
     * Ends a request that was admitted: reports it to the meters, if there are any, and closes its ticket. For adapters; to
     * be called once for each request, in place of {@link Ticket#close()}. Does not block.
     *
     * @param method as the client sent it
     * @param status of the response; 0 if none was begun, as when the client has gone
     */
    public void answered(Ticket ticket, String method, int status) {
        RequestWatcher watcher = recorder.watcher();
        try {
            if (watcher != null) {
                watcher.answered(method, ticket.route(), status, ticket.ageNanos());
            }
        } finally {
            ticket.close();
        }
    }

    /** Whether the shutdown has begun: each response should then ask its client to disconnect. */
    public boolean isShuttingDown() {
        return recorder.isShuttingDown();
    }

    /** Returns when a refused client may retry: 1 to 5 s, random, so that not all retry at once. */
    public Duration retryAfter() {
        return Duration.ofSeconds(ThreadLocalRandom.current().nextInt(1, 6));
    }
}
