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
 * The handle of one unit of work in flight: the caller that entered closes it once the work is over, whether it
 * succeeded or failed. Obtained from {@link InFlight#enter}. Safe for use by many threads.
 *
 * <pre>{@code
 * try (Ticket ticket = inFlight.enter(WorkKind.JOB, "reindex")) {
 *     reindex();
 * }
 * }</pre>
 */
public final class Ticket implements AutoCloseable {
    /**
     * The attribute of a servlet request that holds its ticket, in each adapter that has servlets: a servlet that moves from one
     * server to another finds its ticket.
     */
    public static final String REQUEST_ATTRIBUTE = "io.ebbtide.ticket";

    private static final AtomicReferenceFieldUpdater<Ticket, Thread> WORKER =
            AtomicReferenceFieldUpdater.newUpdater(Ticket.class, Thread.class, "thread");

    private final Stripe stripe;
    private volatile WorkKind kind;
    private final Supplier<String> description;
    private final long enteredNanos;
    private volatile @Nullable String route;
    private volatile @Nullable Thread thread = Thread.currentThread();

    /** Neighbours in the stripe's list and whether this ticket is in it; the stripe's lock guards all four. */
    @Nullable
    Ticket previous;

    @Nullable
    Ticket next;

    boolean listed;

    /** Whether the report names it as cut; its later end changes no number. */
    boolean cut;

    /** When it was cut; read once it has been. */
    volatile long cutNanos;

    Ticket(Stripe stripe, WorkKind kind, Supplier<String> description, long enteredNanos) {
        this.stripe = stripe;
        this.kind = kind;
        this.description = description;
        this.enteredNanos = enteredNanos;
    }

    /** Returns the kind of the work. */
    public WorkKind kind() {
        return kind;
    }

    /**
     * Changes the kind of the work: a request whose answer turns out to be a stream. From now on it is listed and
     * counted as in flight under that kind, and has that kind's time in the drain; if that time is over, the work is
     * aborted. The total of admitted work keeps the original kind. Never blocks; does nothing once the ticket is
     * closed.
     */
    public void becomes(WorkKind newKind) {
        stripe.become(this, Expect.present(newKind, "newKind"));
    }

    /**
     * Returns the minimum time that the work may continue before it is aborted: long work can poll it and save its
     * state in time. Never blocks.
     *
     * @return {@link InFlight#UNLIMITED} until the service begins to shut down; zero once the time is over
     */
    public Duration remaining() {
        return stripe.remaining(kind);
    }

    /**
     * Sets the thread that works on it from now on, so that stuck work can be shown with its stack. By default it is
     * the thread that entered.
     *
     * @param worker null when no thread does, as in an asynchronous handler that waits
     */
    public void workedOnBy(@Nullable Thread worker) {
        thread = worker;
    }

    /** Reports that a thread no longer works on it. If another thread works on it by now, that one stays set. */
    public void releasedBy(Thread worker) {
        WORKER.compareAndSet(this, worker, null);
    }

    /**
     * Sets the route of a request, for the meters, which have one series for each route: a template such as
     * {@code /orders/{id}}, never the path itself. Adapters that know the application's routing set it by themselves.
     *
     * @param template null for not known
     */
    public void route(@Nullable String template) {
        route = template;
    }

    /** Returns the route that was set last; null for none. */
    public @Nullable String route() {
        return route;
    }

    /** Returns how long the work has been in flight, in nanoseconds. */
    public long ageNanos() {
        return stripe.nanosSince(enteredNanos);
    }

    /** Ends the work. Never blocks. A second call does nothing, whichever thread makes it. */
    @Override
    public void close() {
        stripe.close(this);
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

    /** The stripe's lock must be held, as the stripe's numbers depend on it. */
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

    /** User code supplies it, with paths from clients: it must neither fail the caller nor forge a log line. */
    String describe() {
        try {
            String text = String.valueOf(description.get());
            // a part of a secret is a secret; in a text kept whole, secrets are removed where it is written
            return Printable.line(text.length() > Printable.MAX_LENGTH ? Redact.text(text) : text);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return "(description failed: " + e.getClass().getSimpleName() + ")";
        }
    }
}
