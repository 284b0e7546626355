package io.ebbtide.inflight;

import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All work in flight in a service, and the gate through which it is admitted.
 *
 * <p>A unit of work (a request, WebSocket, stream, job or message) enters before it begins and gets a {@link Ticket},
 * which is closed when the work is over, whatever its result. The gate is open from the start. During the drain it
 * closes at the first moment when nothing is in flight, or when the time for the drain is over, and never opens again:
 * work that comes later is refused. Adapters and {@code WorkExecutor} enter requests and tasks; the application enters
 * other work.
 *
 * <pre>{@code
 * try (Ticket ticket = inFlight.enter(WorkKind.JOB, "reindex")) {
 *     while (!queue.isEmpty() && ticket.remaining().toSeconds() > 2) {
 *         handle(queue.remove());
 *     }
 * }
 * }</pre>
 *
 * <p>Obtained from {@code Ebbtide.inFlight()}. Safe for use by many threads.
 */
public final class InFlight {
    // Over 300 lines: all code that reads or closes the gate is kept beside the proof that it depends on.

    /*
     * Closed and zero. While the gate is to close when idle, each thread whose ticket ends tries to close: it puts a
     * Closing of its own into the gate, then counts. An entering thread lists its ticket, then reads the gate. Both
     * orders are total (the stripe's lock and the volatile gate), so either the count finds the ticket, or the entering
     * thread finds the Closing, removes it and is admitted. If nothing was counted and the Closing is still there,
     * nothing is in flight and nothing was admitted in between: it is exchanged for CLOSED. A Closing belongs to one
     * attempt, so an old count can never confirm a newer one. Before the gate is CLOSED only kinds of work whose own time
     * is over are refused; a total may include such a ticket for the moment until it is refused.
     */
    /**
     * The value of {@link #remaining} while no work has to end: a hundred years, small enough for arithmetic not to
     * overflow.
     */
    public static final Duration UNLIMITED = Duration.ofDays(36_500);

    private static final Object OPEN = "open";

    private static final int MAX_LISTED = 5;

    private static final Object CLOSED = "closed";

    private static final class Closing {}

    private final Stripe[] stripes;
    private final IntSupplier chooser;
    private final Ticker ticker;
    private final AtomicReference<Object> gate = new AtomicReference<>(OPEN);
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Queue<Ticket> cutEarly = new ConcurrentLinkedQueue<>();
    private volatile Set<WorkKind> closedKinds = Set.of();
    private volatile Function<WorkKind, Duration> remaining = kind -> UNLIMITED;
    private volatile boolean closeWhenIdle;
    private volatile boolean closedEarly;

    /** Creates an accounting with nothing in flight and the gate open. */
    public InFlight(Ticker ticker) {
        this(ticker, powerOfTwo(Math.min(64, 2 * Runtime.getRuntime().availableProcessors())), InFlight::threadHash);
    }

    /** @param chooser gives the stripe that the calling thread enters; only the low bits of the number are used */
    InFlight(Ticker ticker, int stripeCount, IntSupplier chooser) {
        this.ticker = ticker;
        this.chooser = chooser;
        stripes = new Stripe[stripeCount];
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = new Stripe(this);
        }
    }

    /**
     * Admits one unit of work. Never blocks.
     *
     * @param description the text for this work in lists and reports; no secrets
     * @return the ticket, to be closed once the work is over
     * @throws RejectedExecutionException if the gate is closed, or the time for work of this kind is over
     */
    public Ticket enter(WorkKind kind, String description) {
        Expect.text(description, "description");
        Ticket ticket = tryEnter(kind, () -> description);
        if (ticket == null) {
            throw new RejectedExecutionException(
                    "'%s' was refused: the service is drained, or the time for %s work is over (expected: work that begins before that)"
                            .formatted(Redact.oneLine(description), kind));
        }
        return ticket;
    }

    /**
     * Admits one unit of work, or returns null if it came too late. Never blocks.
     *
     * @param description called only when the work is listed, on the listing thread, which may be any; no secrets
     * @return the ticket, to be closed once the work is over; null if the gate is closed, or the
     *     time for work of this kind is over
     */
    public @Nullable Ticket tryEnter(WorkKind kind, Supplier<String> description) {
        Expect.present(kind, "kind");
        Expect.present(description, "description");
        if (isClosed()) {
            return null;
        }
        Stripe stripe = stripes[chooser.getAsInt() & (stripes.length - 1)];
        Ticket ticket = stripe.enter(kind, description, ticker.nanos());
        if (passGate() && !closedKinds.contains(kind)) {
            return ticket;
        }
        stripe.undo(ticket);
        closeIfIdle(); // a thread that tried to close may have counted it
        return null;
    }

    private boolean passGate() {
        for (Object seen = gate.get(); seen != OPEN; seen = gate.get()) {
            if (seen == CLOSED) {
                return false;
            }
            gate.compareAndSet(seen, OPEN);
        }
        return true;
    }

    /** Returns how much work is in flight. Only an observation: work may begin and end at the same time. */
    public int count() {
        int count = 0;
        for (Stripe stripe : stripes) {
            count += stripe.count();
        }
        return count;
    }

    /** Returns how much work of one kind is in flight. */
    public int count(WorkKind kind) {
        Expect.present(kind, "kind");
        int count = 0;
        for (Stripe stripe : stripes) {
            count += stripe.count(kind);
        }
        return count;
    }

    /** Returns how much work of one kind was aborted by a shutdown: it was in flight when its time was over. */
    public long cut(WorkKind kind) {
        Expect.present(kind, "kind");
        long cut = 0;
        for (Stripe stripe : stripes) {
            cut += stripe.cut(kind);
        }
        return cut;
    }

    /** Returns how much work of one kind was ever admitted. Work that is just being refused may be counted for a moment. */
    public long total(WorkKind kind) {
        Expect.present(kind, "kind");
        long total = 0;
        for (Stripe stripe : stripes) {
            total += stripe.total(kind);
        }
        return total;
    }

    /**
     * Returns the minimum time that work of this kind may continue before it is aborted. Never blocks.
     *
     * @return {@link #UNLIMITED} until the service begins to shut down; never negative
     */
    public Duration remaining(WorkKind kind) {
        return remaining.apply(Expect.present(kind, "kind"));
    }

    void remaining(Function<WorkKind, Duration> newRemaining) {
        remaining = newRemaining;
    }

    /** Each stripe is read at one moment, so the differences between two readings are consistent. */
    Totals totals() {
        Totals all = Totals.NONE;
        for (Stripe stripe : stripes) {
            all = all.plus(stripe.totals());
        }
        return all;
    }

    /** Returns the work in flight, the oldest first. */
    public List<WorkInFlight> list() {
        long now = ticker.nanos();
        return oldestFirst(tickets(), now);
    }

    private static List<WorkInFlight> oldestFirst(List<Ticket> tickets, long now) {
        return tickets.stream()
                .map(ticket -> ticket.seenAt(now))
                .sorted(Comparator.comparing(WorkInFlight::age).reversed())
                .toList();
    }

    /** Returns the work in flight as text: {@code 3 ticket(s) in flight: GET /export (41 s), ...}. */
    public String text() {
        List<WorkInFlight> work = list();
        String some = work.stream()
                .limit(MAX_LISTED)
                .map(each -> Redact.text(each.description()) + " (" + Durations.text(each.age()) + ")")
                .collect(Collectors.joining(", "));
        return work.isEmpty()
                ? "nothing in flight"
                : work.size() + " ticket(s) in flight: " + some + (work.size() > MAX_LISTED ? ", ..." : "");
    }

    List<WorkInFlight> giveUp(Predicate<Ticket> hopeless) {
        long now = ticker.nanos();
        List<Ticket> given = new ArrayList<>();
        for (Ticket ticket : tickets()) {
            if (hopeless.test(ticket) && ticket.giveUp()) {
                given.add(ticket);
            }
        }
        closeIfIdle();
        return oldestFirst(given, now);
    }

    /**
     * Marks all work of this kind as cut and admits no more. A thread that enters, or changes a ticket to this kind,
     * updates the list before it reads the closed kinds, so the list contains every such ticket.
     */
    List<Ticket> cutAll(WorkKind kind) {
        var kinds = EnumSet.of(kind);
        kinds.addAll(closedKinds);
        closedKinds = Set.copyOf(kinds);
        List<Ticket> cut = new ArrayList<>();
        for (Ticket ticket : tickets()) {
            if (ticket.kind() == kind) {
                ticket.cut(false, cut);
            }
        }
        closeIfIdle();
        return oldestFirst(cut);
    }

    /** The ticket has changed its kind: if the time of the new kind is over, the ticket becomes cut. */
    void became(Ticket ticket) {
        if (closedKinds.contains(ticket.kind()) && ticket.cut(false, cutEarly)) {
            closeIfIdle();
        }
    }

    /** Marks a ticket as cut; the drain still waits for it. Does nothing if it is closed, or cut already. */
    boolean cut(Ticket ticket) {
        return ticket.cut(true, cutEarly);
    }

    /** The tickets that were cut individually since the last call. */
    List<Ticket> takeCutEarly() {
        List<Ticket> cut = new ArrayList<>();
        for (Ticket ticket = cutEarly.poll(); ticket != null; ticket = cutEarly.poll()) {
            cut.add(ticket);
        }
        return cut;
    }

    /**
     * Marks all work in flight as cut: it stays in the list, and its end is not counted any more. The gate must be
     * closed, so that no ticket comes after. If it has closed by itself, nothing is in flight: a ticket that is in the
     * list for a moment is just being refused.
     *
     * @return the work that was in flight and not cut before, the oldest first
     */
    List<Ticket> cutAll() {
        if (!closedEarly) {
            return List.of();
        }
        List<Ticket> cut = new ArrayList<>();
        for (Stripe stripe : stripes) {
            stripe.cutAllTo(cut);
        }
        return oldestFirst(cut);
    }

    private static List<Ticket> oldestFirst(List<Ticket> tickets) {
        tickets.sort(Comparator.comparingLong(Ticket::enteredNanos));
        return tickets;
    }

    long nanos() {
        return ticker.nanos();
    }

    long nanosSince(long nanos) {
        return ticker.nanos() - nanos;
    }

    /**
     * Requests the gate to close at the first moment when nothing is in flight, which may be now. Never blocks; a
     * second call changes nothing.
     *
     * @return completes when the gate is closed, on the thread that closed it, often a thread that has just served a
     *     request: dependent actions must be short or asynchronous
     */
    CompletableFuture<Void> closeWhenIdle() {
        closeWhenIdle = true;
        tryToClose();
        return closed;
    }

    /** Closes the gate now, whatever is in flight; admitted work stays in flight. A second call does nothing. */
    void close() {
        if (gate.getAndSet(CLOSED) != CLOSED) {
            closedEarly = true;
        }
        closed.complete(null);
    }

    boolean isClosed() {
        return gate.get() == CLOSED;
    }

    void closeIfIdle() {
        if (closeWhenIdle) {
            tryToClose();
        }
    }

    private void tryToClose() {
        while (true) {
            var mine = new Closing();
            Object before = gate.getAndUpdate(seen -> seen == CLOSED ? CLOSED : mine);
            if (before == CLOSED) {
                return;
            }
            if (count() > 0) {
                gate.compareAndSet(mine, OPEN);
                return; // each counted ticket tries again when it ends
            }
            if (gate.compareAndSet(mine, CLOSED)) {
                closed.complete(null);
                return;
            }
            if (gate.get() == OPEN) {
                return; // the ticket that entered tries when it ends
            }
        }
    }

    private List<Ticket> tickets() {
        List<Ticket> all = new ArrayList<>();
        for (Stripe stripe : stripes) {
            stripe.addTo(all);
        }
        return all;
    }

    private static int powerOfTwo(int atLeast) {
        return Integer.highestOneBit(2 * atLeast - 1);
    }

    private static int threadHash() {
        return (int) ((Thread.currentThread().getId() * 0x9E3779B97F4A7C15L) >>> 32);
    }
}
