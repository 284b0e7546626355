package io.ebbtide.work;

import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.lifecycle.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The way in for the messages of one source. Handed to {@link MessageSource#start}. Safe for use by many threads. */
public final class Messages {
    private static final Duration MAX_FOR_COMMIT_AND_LEAVE = Duration.ofSeconds(2);

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
     * Takes a message in, to be worked on now. Never blocks.
     *
     * @param description asked only when somebody looks, on any thread: such as {@code orders-7 @ 4711}; no secrets
     * @return to be closed exactly when the work is over, whatever came of it; null once the service is told to stop: the
     *     message is to be left as it was
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
            left();
            return null;
        }
        open.add(ticket);
        return new Message(this, ticket);
    }

    /** Whether the service has been told to stop: nothing is to be asked for any more. */
    public synchronized boolean isPaused() {
        return paused;
    }

    /**
     * Cuts the messages that are not finished, as the rest is about to be committed without them: the broker gives them to another
     * consumer.
     *
     * @return how many that are
     */
    long cutUnfinished() {
        return List.copyOf(open).stream().filter(traffic::cut).count();
    }

    /** The end of the time, which commit and leave are sure of: a quarter, at most 2 s; fixed when the source is paused. */
    Duration reserve() {
        Duration fixed = reserve;
        return fixed == null ? reserveOf(traffic.remaining(WorkKind.MESSAGE)) : fixed;
    }

    private static Duration reserveOf(Duration remaining) {
        return Durations.min(remaining.dividedBy(4), MAX_FOR_COMMIT_AND_LEAVE);
    }

    /** How long a message has until what is finished is committed without it. */
    Duration untilCommit() {
        Duration remaining = traffic.remaining(WorkKind.MESSAGE);
        return remaining.equals(InFlight.UNLIMITED)
                ? remaining
                : Durations.max(Duration.ZERO, remaining.minus(reserve()));
    }

    /** Takes no more; completes once nothing that was taken is unfinished. */
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
        left();
    }

    private void left() {
        synchronized (this) {
            unfinished--;
            if (!paused || unfinished > 0) {
                return;
            }
        }
        finished.complete(null);
    }
}
