package io.ebbtide.inflight;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The shutdown's control of the gate: not for users, who could close the gate of their own service. Safe for use by
 * many threads.
 */
public final class GateControl {
    private final InFlight inFlight;

    /** Creates the control of the given accounting's gate. */
    public GateControl(InFlight inFlight) {
        this.inFlight = inFlight;
    }

    /**
     * Requests the gate to close at the first moment when nothing is in flight, which may be now. Never blocks; a
     * second call changes nothing.
     *
     * @return completes when the gate is closed, on the thread that closed it, often a thread that has just served a
     *     request: dependent actions must be short or asynchronous
     */
    public CompletableFuture<Void> closeWhenIdle() {
        return inFlight.closeWhenIdle();
    }

    /** Closes the gate now, whatever is in flight; admitted work stays in flight. A second call does nothing. */
    public void close() {
        inFlight.close();
    }

    /**
     * Marks all work in flight as cut; its later end changes no number. The gate must be closed.
     *
     * @return the work that was in flight and not cut before, the oldest first
     */
    public List<Ticket> cutAll() {
        return inFlight.cutAll();
    }

    /** How much work has been admitted and has ended so far. */
    public Totals totals() {
        return inFlight.totals();
    }

    /** Sets the function that gives the minimum time for which work of a kind may continue. Must not block. */
    public void remaining(Function<WorkKind, Duration> remaining) {
        inFlight.remaining(remaining);
    }

    /**
     * Stops waiting for the work of threads that can never end it.
     *
     * @param lost whether a thread will never return
     * @return the work given up, the oldest first
     */
    public List<WorkInFlight> giveUp(Predicate<Thread> lost) {
        return inFlight.giveUp((Ticket ticket) -> {
            Thread thread = ticket.thread();
            return thread != null && lost.test(thread);
        });
    }

    /**
     * Marks the work of this kind as cut, stops waiting for it, and admits no more.
     *
     * @return the work that was in flight and not cut before, the oldest first
     */
    public List<Ticket> cutAll(WorkKind kind) {
        return inFlight.cutAll(kind);
    }

    /**
     * Marks a ticket as cut; the drain still waits for it.
     *
     * @return whether it was in flight, and not cut before
     */
    public boolean cut(Ticket ticket) {
        return inFlight.cut(ticket);
    }

    /**
     * Returns the tickets that were cut individually since the last call: by {@link #cut(Ticket)}, or because they
     * changed to a kind whose time is over. In the order in which they were cut.
     */
    public List<Ticket> takeCutEarly() {
        return inFlight.takeCutEarly();
    }

    /** Describes a ticket that was cut. Calls user code, which may block for ever. */
    public static WorkInFlight describe(Ticket ticket) {
        return new WorkInFlight(ticket.kind(), ticket.describe(), ticket.ageAtCut(), ticket.thread());
    }

    /** Describes a ticket that was cut with the given text instead of the user's own. */
    public static WorkInFlight describe(Ticket ticket, String text) {
        return new WorkInFlight(ticket.kind(), text, ticket.ageAtCut(), ticket.thread());
    }
}
