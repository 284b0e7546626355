package io.ebbtide.redis;

import io.ebbtide.internal.Threads;
import io.lettuce.core.api.StatefulConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A connection of the check's own: opened when it is first wanted, closed when it does not answer or is over. */
final class OwnLink implements Link {
    /*
     * A client keeps to itself which URI it was created with, so only its blocking connect() can be used. That runs on a
     * thread of its own that nobody interrupts: Lettuce would go on connecting, and nobody would ever close what came
     * of it. There is one such thread at most, for as long as the client's own timeouts let it take.
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
            return CompletableFuture.failedStage(new IllegalStateException("the check is over"));
        }
        CompletableFuture<StatefulConnection<?, ?>> last = current;
        if (last == null || last.isCompletedExceptionally()) {
            last = opening();
            current = last;
        }
        return last.thenCompose(this::inTime);
    }

    /** Who was given up while it was connecting is of no use to that run any more, but to the next. */
    private synchronized CompletionStage<StatefulConnection<?, ?>> inTime(StatefulConnection<?, ?> opened) {
        boolean late = givenUp;
        givenUp = false;
        return late
                ? CompletableFuture.failedStage(new IllegalStateException("connected too late"))
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

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of what has ended
    private static void discard(CompletableFuture<StatefulConnection<?, ?>> link) {
        link.thenAccept(StatefulConnection::closeAsync);
    }
}
