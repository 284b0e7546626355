package io.ebbtide.inflight;

import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Printable;
import io.ebbtide.internal.Redact;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The handle of one unit of work in flight: whoever entered closes it, once the work is over, whatever came of it. Got
 * from {@link InFlight#enter}. Safe for use by many threads.
 *
 * <pre>{@code
 * try (Ticket ticket = inFlight.enter(WorkKind.JOB, "reindex")) {
 *     reindex();
 * }
 * }</pre>
 */
public final class Ticket implements AutoCloseable {
    private static final AtomicReferenceFieldUpdater<Ticket, Thread> WORKER =
            AtomicReferenceFieldUpdater.newUpdater(Ticket.class, Thread.class, "thread");

    private final Stripe stripe;
    private volatile WorkKind kind;
    private final Supplier<String> description;
    private final long enteredNanos;
    private volatile @Nullable String route;
    private volatile @Nullable Thread thread = Thread.currentThread();

    /** Neighbours in the stripe's list and whether this ticket stands in it; the stripe's lock guards all four. */
    @Nullable
    Ticket previous;

    @Nullable
    Ticket next;

    boolean listed;

    /** Whether the report names it as work that was cut; what it does from then on changes no number any more. */
    boolean cut;

    /** When it was cut; read once it has been. */
    volatile long cutNanos;

    Ticket(Stripe stripe, WorkKind kind, Supplier<String> description, long enteredNanos) {
        this.stripe = stripe;
        this.kind = kind;
        this.description = description;
        this.enteredNanos = enteredNanos;
    }

    /** What the work is. */
    public WorkKind kind() {
        return kind;
    }

    /**
     * Tells that the work turns out to be of another kind: a request whose answer is a stream. From here on it is listed and
     * counted as in flight under that kind, and has the time in the drain that the kind has; if that is over, it is cut.
     * The total of what came in keeps the kind that it came in as. Never blocks; does nothing once the ticket is closed.
     */
    public void becomes(WorkKind newKind) {
        stripe.become(this, Expect.present(newKind, "newKind"));
    }

    /**
     * How long the work may go on before it is cut, at least: long work can look here and save itself in time. Never
     * blocks.
     *
     * @return {@link InFlight#UNLIMITED} until the service is told to stop; zero once the time is over
     */
    public Duration remaining() {
        return stripe.remaining(kind);
    }

    /**
     * Tells which thread works on it from now, so that a stuck one can be shown with its stack. Until told otherwise
     * that is the thread that entered.
     *
     * @param worker null when no thread does, as in an asynchronous handler that waits
     */
    public void workedOnBy(@Nullable Thread worker) {
        thread = worker;
    }

    /** Tells that a thread no longer works on it. If another one has taken it up meanwhile, that stays. */
    public void leftBy(Thread worker) {
        WORKER.compareAndSet(this, worker, null);
    }

    /**
     * Tells by which route a request has come, for the meters, whose series are as many as there are routes: a template such
     * as {@code /orders/{id}}, never the path itself. Adapters that know the application's routing tell it by themselves.
     *
     * @param template null for not known
     */
    public void route(@Nullable String template) {
        route = template;
    }

    /** The route that was told last; null for none. */
    public @Nullable String route() {
        return route;
    }

    /** How long the work has been in flight, in nanoseconds. */
    public long ageNanos() {
        return stripe.nanosSince(enteredNanos);
    }

    /** Ends the work. Never blocks. A second call does nothing, whichever thread makes it. */
    @Override
    public void close() {
        stripe.leave(this);
    }

    boolean giveUp() {
        return stripe.giveUp(this);
    }

    boolean cut(boolean stays, Collection<? super Ticket> cutTickets) {
        return stripe.cut(this, stays, cutTickets);
    }

    /** How long it had been in flight when it was cut. */
    Duration ageAtCut() {
        return Duration.ofNanos(cutNanos - enteredNanos);
    }

    long enteredNanos() {
        return enteredNanos;
    }

    /** The stripe's lock must be held, whose numbers go by it. */
    void kind(WorkKind newKind) {
        kind = newKind;
    }

    @Nullable
    Thread thread() {
        return thread;
    }

    WorkInFlight seenAt(long nowNanos) {
        return new WorkInFlight(kind, describe(), Duration.ofNanos(nowNanos - enteredNanos), thread);
    }

    /** Others write it, and others send the paths that stand in it: it must not fail whoever looks, nor forge a line. */
    String describe() {
        try {
            String text = String.valueOf(description.get());
            // a part of a secret is one, too; what stays whole is freed of them where it is written
            return Printable.line(text.length() > Printable.MOST ? Redact.text(text) : text);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return "(description failed: " + e.getClass().getSimpleName() + ")";
        }
    }
}
