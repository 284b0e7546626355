package io.ebbtide.work;

import io.ebbtide.inflight.Ticket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The handle of a message that is being worked on. Got from {@link Messages#take}; whoever took it closes it once the work
 * is over, whatever came of it. Safe for use by many threads.
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
     * How long the work may go on, at least, so that the source's commit still includes it: the time until it is cut, less
     * what commit and leave need (a quarter, at most 2 s). Never blocks.
     *
     * @return {@link io.ebbtide.inflight.InFlight#UNLIMITED} until the service begins to shut down; zero once the time is
     *     over
     */
    public Duration remaining() {
        return owner.untilCommit();
    }

    /** Tells which thread works on it from now, so that a stuck one can be shown; see {@link Ticket#workedOnBy}. */
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
