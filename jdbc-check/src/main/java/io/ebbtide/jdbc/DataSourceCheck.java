package io.ebbtide.jdbc;

import io.ebbtide.health.Outcome;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Borrows, validates and returns a connection, from any data source. One run at a time. */
final class DataSourceCheck implements Callable<Outcome> {
    /*
     * A pool of an unknown kind takes back any connection, and lends it again: tomcat-jdbc and Agroal, unless they are
     * configured to test connections, lend an aborted one for ever. So nothing is ever aborted here. Borrowing and
     * validating happen on a thread of their own, which is never interrupted, and a run waits for it; a run that gives
     * up passes the attempt on to the next run. Once the database answers, the attempt returns its connection
     * unchanged. An attempt that no run waits for when the pool lends it a connection returns that at once.
     *
     * While an attempt has hung for so long that its network must be gone, one other runs beside it, which may find a
     * new way.
     */
    private static final Duration HOPELESS_AFTER = Duration.ofSeconds(60);

    private static final int MAX_HANGING = 2;

    private final DataSource dataSource;
    private final @Nullable String query;
    private final Ticker ticker;
    private final List<Attempt> pending = new ArrayList<>();
    private boolean closed;

    DataSourceCheck(DataSource dataSource, @Nullable String query, Ticker ticker) {
        this.dataSource = dataSource;
        this.query = query;
        this.ticker = ticker;
    }

    private enum Phase {
        BORROWING,
        VALIDATING,
        OVER
    }

    private final class Attempt {
        /** Null if no run waited for it. */
        private final CompletableFuture<@Nullable Outcome> result = new CompletableFuture<>();

        private final long begunNanos = ticker.nanos();
        private boolean wanted = true;
        private Phase phase = Phase.BORROWING;

        void run() {
            Outcome outcome = null;
            try (Connection connection = dataSource.getConnection()) {
                if (isToValidate(this)) {
                    outcome = Validation.of(connection, query, 0);
                }
            } catch (Throwable e) { // a driver may throw anything, an Error, too
                outcome = SqlReason.of(e);
            }
            over(this);
            result.complete(outcome);
        }
    }

    @Override
    public Outcome call() throws InterruptedException {
        while (true) {
            Attempt attempt = next();
            if (attempt == null) {
                return busy(PoolNumbers.of(dataSource));
            }
            Outcome outcome = await(attempt);
            if (outcome != null) {
                return outcome;
            }
        }
    }

    private @Nullable Outcome await(Attempt attempt) throws InterruptedException {
        try {
            return attempt.result.get();
        } catch (ExecutionException e) {
            return SqlReason.of(e);
        } catch (InterruptedException e) {
            abandon(attempt);
            throw e;
        }
    }

    /**
     * The outcome of a run that takes too long: a pool without a free connection is busy, whatever its connections are
     * doing.
     */
    @Nullable
    Outcome whenLate() {
        synchronized (this) {
            if (pending.isEmpty() || pending.stream().anyMatch(attempt -> attempt.phase == Phase.VALIDATING)) {
                return null;
            }
        }
        PoolNumbers numbers = PoolNumbers.of(dataSource);
        return numbers != null && numbers.isExhausted() ? busy(numbers) : null;
    }

    private static Outcome busy(@Nullable PoolNumbers numbers) {
        Outcome busy = Outcome.up().with("pool", "exhausted");
        return numbers == null
                ? busy
                : busy.with("poolActive", numbers.active()).with("poolMax", numbers.max());
    }

    /** The check is over. */
    synchronized void close() {
        closed = true;
        pending.forEach(attempt -> attempt.wanted = false);
    }

    /** The attempt to wait for; null if the pool has no free connection: the application comes first in its queue. */
    private @Nullable Attempt next() {
        boolean canBegin;
        synchronized (this) {
            Attempt last = pending.isEmpty() ? null : pending.get(pending.size() - 1);
            boolean hopeless = last != null && ticker.since(last.begunNanos).compareTo(HOPELESS_AFTER) > 0;
            if (last != null && !(hopeless && pending.size() < MAX_HANGING)) {
                last.wanted = true;
                return last;
            }
            canBegin = last == null;
        }
        if (canBegin) {
            PoolNumbers numbers = PoolNumbers.of(dataSource);
            if (numbers != null && numbers.isExhausted()) {
                return null;
            }
        }
        var attempt = new Attempt();
        synchronized (this) {
            pending.add(attempt);
            attempt.wanted = !closed;
        }
        try {
            Threads.daemon("ebbtide-jdbc-connect", attempt::run).start();
        } catch (RuntimeException | Error e) { // no thread available
            over(attempt);
            throw e;
        }
        return attempt;
    }

    private synchronized boolean isToValidate(Attempt attempt) {
        if (attempt.wanted) {
            attempt.phase = Phase.VALIDATING;
        }
        return attempt.wanted;
    }

    private synchronized void abandon(Attempt attempt) {
        attempt.wanted = false;
    }

    private synchronized void over(Attempt attempt) {
        attempt.phase = Phase.OVER;
        pending.remove(attempt);
    }
}
