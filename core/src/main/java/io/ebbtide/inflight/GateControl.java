package io.ebbtide.inflight;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The shutdown's hold on the gate: not for users, who could shut their own service with it. Safe for use by many threads.
 */
public final class GateControl {
    private final InFlight inFlight;

    /** The control of this accounting's gate. */
    public GateControl(InFlight inFlight) {
        this.inFlight = inFlight;
    }

    /**
     * Asks the gate to close at the first moment when nothing is in flight, which may be now. Never blocks; a second
     * call changes nothing.
     *
     * @return completes when the gate is closed, on the thread that closed it, often one that has just served a
     *     request: what depends on it must be short or asynchronous
     */
    public CompletableFuture<Void> closeWhenIdle() {
        return inFlight.closeWhenIdle();
    }

    /** Closes the gate now, whatever is in flight; what is in stays in. A second call does nothing. */
    public void close() {
        inFlight.close();
    }

    /**
     * Marks as cut all that is in flight; what becomes of it changes no number any more. The gate must be closed.
     *
     * @return what was in flight and not cut before, the oldest first
     */
    public List<Ticket> cutAll() {
        return inFlight.cutAll();
    }

    /** How much has come and gone so far. */
    public Totals totals() {
        return inFlight.totals();
    }

    /** Has tickets tell from now on how long work of their kind may go on at least. Must not block. */
    public void remaining(Function<WorkKind, Duration> remaining) {
        inFlight.remaining(remaining);
    }

    /**
     * Waits no longer for the work of threads that can never end it.
     *
     * @param lost tells whether a thread will never return
     * @return what was given up, the oldest first
     */
    public List<WorkInFlight> giveUp(Predicate<Thread> lost) {
        return inFlight.giveUp((Ticket ticket) -> {
            Thread thread = ticket.thread();
            return thread != null && lost.test(thread);
        });
    }

    /**
     * Cuts the work of this kind, waits no longer for it, and lets none in any more.
     *
     * @return what was in flight and not cut before, the oldest first
     */
    public List<Ticket> cutAll(WorkKind kind) {
        return inFlight.cutAll(kind);
    }

    /**
     * Marks a ticket as cut, which the drain goes on waiting for.
     *
     * @return whether it was in flight, and not cut before
     */
    public boolean cut(Ticket ticket) {
        return inFlight.cut(ticket);
    }

    /**
     * Returns the tickets that were cut one by one since the last call: by {@link #cut(Ticket)}, or because they became of a kind
     * whose time is over. In the order in which they were cut.
     */
    public List<Ticket> takeCutEarly() {
        return inFlight.takeCutEarly();
    }

    /** Describes a ticket that was cut. Calls the user's code, which may block for ever. */
    public static WorkInFlight describe(Ticket ticket) {
        return new WorkInFlight(ticket.kind(), ticket.describe(), ticket.ageAtCut(), ticket.thread());
    }

    /** Does the same with a text in place of the user's own. */
    public static WorkInFlight describe(Ticket ticket, String text) {
        return new WorkInFlight(ticket.kind(), text, ticket.ageAtCut(), ticket.thread());
    }
}
