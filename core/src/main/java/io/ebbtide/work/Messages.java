package io.ebbtide.work;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Expect;
import io.ebbtide.lifecycle.Traffic;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The way in for the messages of one source. Handed to {@link MessageSource#start}. Safe for use by many threads. */
public final class Messages {
    private final Traffic traffic;
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private int unfinished;
    private boolean paused;

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
        return new Message(this, ticket);
    }

    /** Whether the service has been told to stop: nothing is to be asked for any more. */
    public synchronized boolean isPaused() {
        return paused;
    }

    synchronized int unfinished() {
        return unfinished;
    }

    /** Takes no more; completes once nothing that was taken is unfinished. */
    CompletableFuture<Void> pause() {
        synchronized (this) {
            paused = true;
            if (unfinished > 0) {
                return finished;
            }
        }
        finished.complete(null);
        return finished;
    }

    void left() {
        synchronized (this) {
            unfinished--;
            if (!paused || unfinished > 0) {
                return;
            }
        }
        finished.complete(null);
    }
}
