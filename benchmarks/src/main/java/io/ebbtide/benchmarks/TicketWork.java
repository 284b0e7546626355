package io.ebbtide.benchmarks;

import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What JMH runs: one unit of work begins and ends. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TicketWork {
    private final Ticker ticker = Ticker.system();
    private final InFlight inFlight = new InFlight(ticker);
    private final GracefulCount graceful = new GracefulCount();
    private final AtomicLong atomic = new AtomicLong();
    private final LongAdder adder = new LongAdder();

    /** For JMH. */
    public TicketWork() {}

    /** One reading of the clock, which entering contains. */
    @Benchmark
    public long clock() {
        return ticker.nanos();
    }

    /** Ours. */
    @Benchmark
    public void ticket() {
        Ticket ticket = inFlight.tryEnter(WorkKind.REQUEST, TicketWork::description);
        if (ticket != null) {
            ticket.close();
        }
    }

    private static String description() {
        return "GET /";
    }

    /** A counter as that of Undertow's handler, without its exchange. */
    @Benchmark
    public boolean gracefulShutdownHandler() {
        return graceful.enter() && graceful.leave();
    }

    /** One shared counter. */
    @Benchmark
    public void atomicLong() {
        atomic.incrementAndGet();
        atomic.decrementAndGet();
    }

    /** A counter of the JDK in several parts, which cannot tell the moment at which it is zero. */
    @Benchmark
    public void longAdder() {
        adder.increment();
        adder.decrement();
    }

    /** As Undertow's GracefulShutdownHandler counts: one field for all threads, with a bit for the shutdown. */
    private static final class GracefulCount {
        private static final long SHUTDOWN = 1L << 63;
        private static final AtomicLongFieldUpdater<GracefulCount> STATE =
                AtomicLongFieldUpdater.newUpdater(GracefulCount.class, "state");

        @SuppressWarnings("UnusedVariable") // read by the updater
        private volatile long state;

        boolean enter() {
            return (STATE.updateAndGet(this, before -> before + 1) & SHUTDOWN) == 0;
        }

        boolean leave() {
            return STATE.updateAndGet(this, before -> before - 1) == SHUTDOWN;
        }
    }
}
