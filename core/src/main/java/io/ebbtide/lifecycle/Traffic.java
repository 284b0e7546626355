package io.ebbtide.lifecycle;

import io.ebbtide.inflight.GateControl;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The way in for all work that traffic sources bring. Handed to {@link TrafficSource#start}. Safe for use by many
 * threads; no method blocks.
 */
public final class Traffic {
    private static final Pattern ENDLESS =
            Pattern.compile("\\s*(text/event-stream|multipart/x-mixed-replace)\\s*(;|$)", Pattern.CASE_INSENSITIVE);

    private final InFlight inFlight;
    private final LateTraffic late;
    private final Peers peers;
    private volatile @Nullable RequestWatcher watcher;
    private volatile boolean leaving;
    private volatile long leavingSinceNanos;

    Traffic(InFlight inFlight, Ticker ticker) {
        this.inFlight = inFlight;
        late = new LateTraffic(ticker);
        peers = new Peers(ticker);
    }

    /**
     * Lets one unit of work in and counts it.
     *
     * @param description asked only when somebody looks, on any thread: method and path, never the query
     * @return to be closed exactly when the work is over, whatever came of it; null if the service is drained, or the
     *     time for it is over: the work is to be refused
     */
    public @Nullable Ticket admit(WorkKind kind, Supplier<String> description) {
        Ticket ticket = inFlight.tryEnter(kind, description);
        if (leaving) {
            late.arrived(leavingSinceNanos, ticket != null, null, false);
        }
        return ticket;
    }

    /**
     * The same for work from a peer that balances traffic: the lame duck ends once those who brought it have stopped.
     *
     * @param peer whose connection it came by; null if it says nothing of where traffic is sent, as that of a health
     *     checker: then it is not late, either
     * @param use what is known of that connection
     */
    public @Nullable Ticket admit(
            WorkKind kind, Supplier<String> description, @Nullable InetAddress peer, ConnectionUse use) {
        if (peer != null) {
            peers.arrived(peer, use);
        }
        Ticket ticket = inFlight.tryEnter(kind, description);
        if (leaving && peer != null) {
            late.arrived(leavingSinceNanos, ticket != null, peer, use == ConnectionUse.FIRST);
        }
        return ticket;
    }

    /**
     * Lets in work that the service gives itself, such as a task of its own executor: it is never late.
     *
     * @param description asked only when somebody looks, on any thread; no secrets
     * @return to be closed exactly when the work is over; null if the service is drained, or the time for it is over
     */
    public @Nullable Ticket admitOwn(WorkKind kind, Supplier<String> description) {
        return inFlight.tryEnter(kind, description);
    }

    /**
     * Cuts one unit of work whose time is over before that of the others: the report names it as cut, whatever its outcome. The
     * drain goes on waiting for it. Before the shutdown begins a call changes the meters alone.
     *
     * @return false if its ticket is closed, or was cut before
     */
    public boolean cut(Ticket ticket) {
        return new GateControl(inFlight).cut(Expect.present(ticket, "ticket"));
    }

    /**
     * How long work of this kind may go on before it is cut, at least.
     *
     * @return {@link InFlight#UNLIMITED} until the service is told to stop; never negative
     */
    public Duration remaining(WorkKind kind) {
        return inFlight.remaining(kind);
    }

    /**
     * Tells of an answer that is about to begin: one without a foreseeable end makes a stream of its request, which from
     * then on has the time that streams have in the drain. Those are {@code text/event-stream} (HTML Living Standard,
     * section 9.2) and {@code multipart/x-mixed-replace}. For who writes an adapter; may be told more than once. Does not
     * block.
     *
     * @param contentType as in the answer's header; null for none
     */
    public void answering(Ticket ticket, @Nullable String contentType) {
        Expect.present(ticket, "ticket");
        if (contentType != null && ENDLESS.matcher(contentType).lookingAt()) {
            ticket.becomes(WorkKind.STREAM);
        }
    }

    /**
     * Ends a request that was admitted: tells the meters of it, where there are some, and closes its ticket. For who writes
     * an adapter; to be called once for each, in place of {@link Ticket#close()}. Does not block.
     *
     * @param method as the client sent it
     * @param status of the answer; 0 if none was begun, as when the client has gone
     */
    public void answered(Ticket ticket, String method, int status) {
        RequestWatcher now = watcher;
        try {
            if (now != null) {
                now.answered(method, ticket.route(), status, ticket.ageNanos());
            }
        } finally {
            ticket.close();
        }
    }

    void watch(@Nullable RequestWatcher newWatcher) {
        watcher = newWatcher;
    }

    /** Whether the service has been told to stop: whoever is answered is to be asked to leave. */
    public boolean leaving() {
        return leaving;
    }

    /** When somebody who is refused may come back: 1 to 5 s, by chance, so that not all come back at once. */
    public Duration retryAfter() {
        return Duration.ofSeconds(ThreadLocalRandom.current().nextInt(1, 6));
    }

    /** Work that arrives from now on is late, by the time since the signal. A second call changes nothing. */
    void leave(long signalNanos) {
        if (!leaving) {
            leavingSinceNanos = signalNanos;
            peers.leave();
            leaving = true;
        }
    }

    Peers peers() {
        return peers;
    }

    LateTraffic late() {
        return late;
    }
}
