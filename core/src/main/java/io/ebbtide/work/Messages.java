package io.ebbtide.work;

import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.spi.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Admits the messages of one source. Passed to {@link MessageSource#start}. Safe for use by many threads. */
public final class Messages {
    private static final Duration MAX_FOR_COMMIT_AND_DISCONNECT = Duration.ofSeconds(2);

    private final Traffic traffic;
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private final Set<Ticket> open = ConcurrentHashMap.newKeySet();
    private int unfinished;
    private boolean paused;
    private volatile @Nullable Duration reserve;

    Messages(Traffic traffic) {
        this.traffic = traffic;
    }

    /**
     * Admits a message, to be processed now. Never blocks.
     *
     * @param description called only when the work is listed, on any thread: such as {@code orders-7 @ 4711}; no
     *     secrets
     * @return the message, to be closed when the work is over, whether it succeeded or failed; null once the service
     *     begins to shut down: the message must then not be processed
     */
    public @Nullable Message take(Supplier<String> description) {
        Expect.present(description, "description");
        synchronized (this) {
            if (paused) {
                return null;
            }
            unfinished++;
        }
        Ticket ticket = traffic.admitOwn(WorkKind.MESSAGE, description);
        if (ticket == null) {
            finishOne();
            return null;
        }
        open.add(ticket);
        return new Message(this, ticket);
    }

    /** Whether the service has begun to shut down: no further message may be asked for. */
    public synchronized boolean isPaused() {
        return paused;
    }

    /**
     * Marks the unfinished messages as cut, as the others are about to be committed without them: the broker delivers
     * them to another consumer.
     *
     * @return how many were marked
     */
    long cutUnfinished() {
        return List.copyOf(open).stream().filter(traffic::cut).count();
    }

    /** The time at the end that is reserved for commit and disconnection: a quarter, at most 2 s; fixed when the source is paused. */
    Duration reserve() {
        Duration fixed = reserve;
        return fixed == null ? reserveOf(traffic.remaining(WorkKind.MESSAGE)) : fixed;
    }

    private static Duration reserveOf(Duration remaining) {
        return Durations.min(remaining.dividedBy(4), MAX_FOR_COMMIT_AND_DISCONNECT);
    }

    /** How long a message has until the finished messages are committed without it. */
    Duration untilCommit() {
        Duration remaining = traffic.remaining(WorkKind.MESSAGE);
        return remaining.equals(InFlight.UNLIMITED)
                ? remaining
                : Durations.max(Duration.ZERO, remaining.minus(reserve()));
    }

    /** Admits no further message; completes once every admitted message is finished. */
    CompletableFuture<Void> pause() {
        reserve = reserveOf(traffic.remaining(WorkKind.MESSAGE));
        synchronized (this) {
            paused = true;
            if (unfinished > 0) {
                return finished;
            }
        }
        finished.complete(null);
        return finished;
    }

    void ended(Ticket ticket) {
        open.remove(ticket);
        ticket.close();
        finishOne();
    }

    private void finishOne() {
        synchronized (this) {
            unfinished--;
            if (!paused || unfinished > 0) {
                return;
            }
        }
        finished.complete(null);
    }
}
