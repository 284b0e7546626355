package io.ebbtide.work;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.BoundedCall;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.ReserveThreads;
import io.ebbtide.internal.Ticker;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Takes a message source through pause, finish, commit and disconnection. Its methods are called as {@link TrafficSource}
 * specifies.
 */
final class MessageTraffic implements TrafficSource {
    /*
     * From the signal on, the source finishes, commits and disconnects from the broker on a thread of its own. A ticket
     * represents it during that time, so the drain waits until it has disconnected, and the report names it if it
     * has not. The messages get all the time except the reserve for commit and disconnection.
     */
    private final MessageSource source;
    private final Ticker ticker;
    private final AtomicBoolean shuttingDown = new AtomicBoolean();
    private final CompletableFuture<Void> disconnected = new CompletableFuture<>();
    private final String name;
    private @Nullable Traffic traffic;
    private @Nullable Messages messages;
    private volatile String summary = "";

    MessageTraffic(MessageSource source, Ticker ticker) {
        this.source = Expect.present(source, "source");
        this.ticker = ticker;
        name = Expect.name(source.name(), "name of a message source"); // read once, now: it may fail
    }

    @Override
    public String name() {
        return name;
    }

    /** A consumer stops by itself: no external client has to notice the shutdown. */
    @Override
    public boolean hasSenders() {
        return false;
    }

    @Override
    public void start(Traffic newTraffic) throws Exception {
        traffic = newTraffic;
        messages = new Messages(newTraffic);
        source.start(messages);
    }

    @Override
    public void beginShutdown() throws Exception {
        stopAccepting();
    }

    @Override
    public void stopAccepting() throws Exception {
        if (!shuttingDown.compareAndSet(false, true)) {
            return;
        }
        Messages mine = Objects.requireNonNull(messages);
        Traffic ways = Objects.requireNonNull(traffic);
        Ticket ticket = ways.admitOwn(WorkKind.MESSAGE, () -> name + ": commit and disconnect");
        CompletableFuture<Void> finished = mine.pause();
        try {
            source.pause();
        } finally {
            disconnectOnAThread(() -> {
                if (ticket != null) {
                    ticket.workedOnBy(Thread.currentThread());
                }
                try {
                    commitAndDisconnect(ways, mine, finished);
                } finally {
                    disconnected.completeExceptionally(
                            new IllegalStateException("'" + name + "' could not disconnect"));
                    if (ticket != null) {
                        ticket.close();
                    }
                }
            });
        }
    }

    private void disconnectOnAThread(Runnable work) {
        if (!ReserveThreads.ofProcess().start("ebbtide-disconnect-" + name, work)) {
            work.run(); // better on this thread than not at all
        }
    }

    private void commitAndDisconnect(Traffic ways, Messages mine, CompletableFuture<Void> finished) {
        Duration reserve = mine.reserve();
        if (!isFinishedInTime(ways, reserve, finished)) {
            long unfinished = mine.cutUnfinished();
            summary = unfinished == 0 ? "" : unfinished + " unfinished message(s), not committed";
        }
        var failures = new ArrayList<Throwable>();
        Duration forCommit = ways.remaining(WorkKind.MESSAGE).dividedBy(2);
        bounded("commit", forCommit, () -> source.commit(forCommit), failures);
        Duration forDisconnect =
                ways.remaining(WorkKind.MESSAGE).multipliedBy(9).dividedBy(10); // a tenth is spare
        bounded("disconnect", forDisconnect, () -> source.disconnect(forDisconnect), failures);
        if (failures.isEmpty()) {
            disconnected.complete(null);
        } else {
            failures.stream().skip(1).forEach(failures.get(0)::addSuppressed);
            disconnected.completeExceptionally(failures.get(0));
        }
    }

    private boolean isFinishedInTime(Traffic ways, Duration reserve, CompletableFuture<Void> finished) {
        Duration late;
        do { // a limit of its own starts with the drain, so the time may grow
            Duration bound = Durations.max(
                    Duration.ZERO, ways.remaining(WorkKind.MESSAGE).minus(reserve));
            long beganNanos = ticker.nanos();
            if (ticker.await(finished, bound)) {
                return true;
            }
            late = ticker.since(beganNanos).minus(bound);
        } while (ways.remaining(WorkKind.MESSAGE).compareTo(reserve) > 0);
        return ticker.awaitAfterPause(finished, late);
    }

    private void bounded(String what, Duration bound, BoundedCall.Action action, List<Throwable> failures) {
        var call = BoundedCall.begin("ebbtide-" + what + "-" + name, action, ticker);
        if (!call.await(bound)) {
            failures.add(new TimeoutException("%s of '%s' had not returned after %s, still at%s"
                    .formatted(what, name, Durations.text(bound), call.stack())));
        } else if (call.failure() != null) {
            failures.add(call.failure());
        }
    }

    @Override
    public void close(Duration within) throws Exception {
        if (!ticker.await(disconnected, within.dividedBy(2))) {
            throw new TimeoutException("'%s' has not disconnected".formatted(name()));
        }
        try {
            disconnected.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public String summary() {
        return summary;
    }
}
