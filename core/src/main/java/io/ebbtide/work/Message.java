package io.ebbtide.work;

import io.ebbtide.inflight.Ticket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The handle of a message in progress. Obtained from {@link Messages#take}; the caller closes it once the work is over,
 * whether it succeeded or failed. Safe for use by many threads.
 */
public final class Message implements AutoCloseable {
    private final Messages owner;
    private final Ticket ticket;
    private final AtomicBoolean closed = new AtomicBoolean();

    Message(Messages owner, Ticket ticket) {
        this.owner = owner;
        this.ticket = ticket;
    }

    /**
     * Returns the minimum time that the work may still take for the source's commit to include it: the time until the
     * message is aborted, less what commit and disconnection need (a quarter, at most 2 s). Never blocks.
     *
     * @return {@link io.ebbtide.inflight.InFlight#UNLIMITED} until the service begins to shut down; zero once the time
     *     is over
     */
    public Duration remaining() {
        return owner.untilCommit();
    }

    /** Sets the thread that works on it from now on, so that stuck work can be shown; see {@link Ticket#workedOnBy}. */
    public void workedOnBy(Thread worker) {
        ticket.workedOnBy(worker);
    }

    /** Ends the work. Never blocks. A second call does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            owner.ended(ticket);
        }
    }
}
