package io.ebbtide.redis;

import io.ebbtide.internal.Threads;
import io.lettuce.core.api.StatefulConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A connection of the check's own: opened at its first use, closed when it does not answer or the check is over. */
final class OwnLink implements Link {
    /*
     * A client does not reveal the URI with which it was created, so only its blocking connect() can be used. That runs
     * on a thread of its own that is never interrupted: Lettuce would go on connecting, and the resulting connection
     * would never be closed. There is one such thread at most, for as long as the client's own timeouts allow.
     */
    private final Supplier<? extends StatefulConnection<?, ?>> connect;
    private @Nullable CompletableFuture<StatefulConnection<?, ?>> current;
    private boolean givenUp;
    private boolean closed;

    OwnLink(Supplier<? extends StatefulConnection<?, ?>> connect) {
        this.connect = connect;
    }

    @Override
    public synchronized CompletionStage<StatefulConnection<?, ?>> connection() {
        if (closed) {
            return CompletableFuture.failedStage(new IllegalStateException("the check has been stopped"));
        }
        CompletableFuture<StatefulConnection<?, ?>> last = current;
        if (last == null || last.isCompletedExceptionally()) {
            last = opening();
            current = last;
        }
        return last.thenCompose(this::inTime);
    }

    /** A connection whose run gave up while it was opened is useless to that run, but is used by the next. */
    private synchronized CompletionStage<StatefulConnection<?, ?>> inTime(StatefulConnection<?, ?> opened) {
        boolean late = givenUp;
        givenUp = false;
        return late
                ? CompletableFuture.failedStage(new IllegalStateException("connected after the run had timed out"))
                : CompletableFuture.completedStage(opened);
    }

    /** While it is still connecting there is nothing to close, and one attempt is enough. */
    @Override
    public synchronized void giveUp() {
        CompletableFuture<StatefulConnection<?, ?>> last = current;
        if (last != null && last.isDone()) {
            current = null;
            discard(last);
        } else {
            givenUp = last != null;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (current != null) {
            discard(current);
        }
    }

    private CompletableFuture<StatefulConnection<?, ?>> opening() {
        var opened = new CompletableFuture<StatefulConnection<?, ?>>();
        Threads.daemon("ebbtide-redis-connect", () -> {
                    try {
                        opened.complete(connect.get());
                    } catch (RuntimeException | Error e) {
                        opened.completeExceptionally(e);
                    }
                })
                .start();
        return opened;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the end of an ended attempt is not awaited
    private static void discard(CompletableFuture<StatefulConnection<?, ?>> link) {
        link.thenAccept(StatefulConnection::closeAsync);
    }
}
