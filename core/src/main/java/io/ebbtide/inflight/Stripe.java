package io.ebbtide.inflight;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One part of the accounting: its tickets in a list, and their number. Safe for use by many threads. */
@SuppressWarnings("EnumOrdinal") // an index into arrays that never leave this object
final class Stripe {
    /*
     * The list is linked through the tickets themselves, so entering allocates only the ticket, and a ticket is removed
     * from the middle in constant time. The lock is held for a few instructions, and threads of different stripes never
     * contend for it. A ticket is removed from the stripe that it entered, so `count` never goes below zero, and
     * reading all stripes one after the other never finds less than the work that is in flight throughout.
     */
    private static final WorkKind[] KINDS = WorkKind.values();

    private final InFlight owner;
    private final int[] counts = new int[KINDS.length];
    private final long[] totals = new long[KINDS.length];
    private final long[] cuts = new long[KINDS.length];
    private int count;
    private long finished;
    private long givenUp;
    private @Nullable Ticket first;

    Stripe(InFlight owner) {
        this.owner = owner;
    }

    Ticket enter(WorkKind kind, Supplier<String> description, long nowNanos) {
        var ticket = new Ticket(this, kind, description, nowNanos);
        synchronized (this) {
            Ticket second = first;
            ticket.next = second;
            if (second != null) {
                second.previous = ticket;
            }
            first = ticket;
            ticket.listed = true;
            count++;
            counts[kind.ordinal()]++;
            totals[kind.ordinal()]++;
        }
        return ticket;
    }

    void become(Ticket ticket, WorkKind kind) {
        synchronized (this) {
            if (!ticket.listed || ticket.kind() == kind) {
                return;
            }
            counts[ticket.kind().ordinal()]--;
            ticket.kind(kind);
            counts[kind.ordinal()]++;
        }
        owner.became(ticket);
    }

    void close(Ticket ticket) {
        if (unlist(ticket)) {
            owner.closeIfIdle();
        }
    }

    private synchronized boolean unlist(Ticket ticket) {
        boolean wasIn = takeOut(ticket);
        if (wasIn && !ticket.cut) {
            finished++;
        }
        return wasIn;
    }

    /**
     * Removes a ticket that the gate did not admit: it does not count. Only if the report already names it, as it was
     * just being refused when the gate closed, the numbers must agree with the report.
     */
    synchronized void undo(Ticket ticket) {
        if (takeOut(ticket) && !ticket.cut) {
            totals[ticket.kind().ordinal()]--;
        }
    }

    /** Removes a ticket whose work continues; returns whether it was in the list. */
    synchronized boolean giveUp(Ticket ticket) {
        if (!takeOut(ticket) || ticket.cut) {
            return false;
        }
        givenUp++;
        return true;
    }

    /**
     * Marks a ticket as cut.
     *
     * @param stays whether the drain still waits for it
     * @param cutTickets receives the ticket, at the moment at which the numbers change
     * @return whether it was in flight, and not cut before
     */
    synchronized boolean cut(Ticket ticket, boolean stays, Collection<? super Ticket> cutTickets) {
        boolean wasIn = ticket.listed;
        if (wasIn && !stays) {
            takeOut(ticket);
        }
        if (!wasIn || ticket.cut) {
            return false;
        }
        mark(ticket, cutTickets);
        return true;
    }

    /** Marks all tickets as cut that were not before. */
    synchronized void cutAllTo(Collection<? super Ticket> cutTickets) {
        for (Ticket ticket = first; ticket != null; ticket = ticket.next) {
            if (!ticket.cut) {
                mark(ticket, cutTickets);
            }
        }
    }

    /** The lock must be held. */
    private void mark(Ticket ticket, Collection<? super Ticket> cutTickets) {
        ticket.cutNanos = owner.nanos();
        ticket.cut = true;
        cuts[ticket.kind().ordinal()]++;
        cutTickets.add(ticket);
    }

    synchronized long cut(WorkKind kind) {
        return cuts[kind.ordinal()];
    }

    long nanosSince(long nanos) {
        return owner.nanosSince(nanos);
    }

    Duration remaining(WorkKind kind) {
        return owner.remaining(kind);
    }

    /** The lock must be held. */
    private boolean takeOut(Ticket ticket) {
        if (!ticket.listed) {
            return false;
        }
        ticket.listed = false;
        Ticket previous = ticket.previous;
        Ticket next = ticket.next;
        if (previous == null) {
            first = next;
        } else {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
        ticket.previous = null;
        ticket.next = null;
        count--;
        counts[ticket.kind().ordinal()]--;
        return true;
    }

    synchronized int count() {
        return count;
    }

    synchronized int count(WorkKind kind) {
        return counts[kind.ordinal()];
    }

    synchronized long total(WorkKind kind) {
        return totals[kind.ordinal()];
    }

    synchronized Totals totals() {
        // the list also contains tickets that were cut and have not ended yet
        long entered = Arrays.stream(totals).sum();
        long cut = Arrays.stream(cuts).sum();
        return new Totals(entered, entered - finished - givenUp - cut, finished, givenUp, cut);
    }

    synchronized void addTo(List<Ticket> all) {
        for (Ticket ticket = first; ticket != null; ticket = ticket.next) {
            all.add(ticket);
        }
    }
}
