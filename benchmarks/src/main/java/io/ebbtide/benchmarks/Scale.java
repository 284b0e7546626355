package io.ebbtide.benchmarks;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.health.Status;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Ticker;
import io.ebbtide.peers.TrafficRecorder;
import io.ebbtide.spi.ConnectionUse;
import io.ebbtide.spi.Traffic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** How cost and memory grow with the number of checks, tickets, queues and addresses: the slope, 1 for what is linear. */
final class Scale {
    private static final int RUNS = 5;

    /** Of the slope between a tenth and all; a sort of all has 1.1. */
    private static final double BOUND = 1.3;

    private static final Duration SOON = Duration.ofMinutes(2);

    private Scale() {}

    /** Something of which there may be many. */
    private interface Subject {
        /** Makes so many, measures what is done with them, and removes them. Returns nanoseconds, and the bytes of each. */
        Cost cost(int count) throws Exception;
    }

    private record Cost(long nanos, long bytes) {}

    static void measure(Results results) {
        curve(results, "checks: built, started, all UP, closed", 10_000, Scale::checks);
        curve(results, "open tickets: entered, listed, closed", 1_000_000, Scale::tickets);
        curve(results, "queues: registered as meters, and removed", 1_000, Scale::queues);
        curve(results, "sending addresses: one request each, then judged in a lame duck", 2_000, Scale::addresses);
    }

    private static void curve(Results results, String name, int most, Subject subject) {
        results.attempt(name, () -> {
            subject.cost(most); // compiles, and makes the heap as large as it will be
            var slope = new Sample(name + ": slope of the time", Unit.RATIO);
            for (int run = 0; run < results.runs(RUNS); run++) {
                results.progress(name, run, results.runs(RUNS));
                var line = new StringBuilder(name);
                Cost[] costs = new Cost[3];
                for (int i = 0; i < costs.length; i++) {
                    int count = most / (int) Math.pow(10, costs.length - 1 - i);
                    costs[i] = subject.cost(count);
                    line.append(String.format(
                            Locale.ROOT,
                            "; %,d: %.1f ms, %,d B each",
                            count,
                            costs[i].nanos() / 1e6,
                            costs[i].bytes() / count));
                }
                slope.add(Math.log10((double) costs[2].nanos() / costs[1].nanos()));
                results.note(line.toString());
            }
            results.add(slope.median(Bound.below(BOUND)));
        });
    }

    private static Cost checks(int count) throws Exception {
        long usedBefore = used();
        long start = System.nanoTime();
        EbbtideBuilder builder = Ebbtide.builder("scale")
                .settings(Settings.derived().withLameDuck(Duration.ZERO).withTerminationLog("/dev/null"));
        for (int i = 0; i < count; i++) {
            builder.readiness("check-" + i, Check.of(Outcome::up).every(Duration.ofMinutes(10)));
        }
        Ebbtide service = builder.build().start();
        while (service.health().snapshot().readiness() != Status.UP) {
            if (System.nanoTime() - start > SOON.toNanos()) {
                throw new IllegalStateException("not UP after " + SOON);
            }
            LockSupport.parkNanos(1_000_000);
        }
        long nanos = System.nanoTime() - start;
        long bytes = used() - usedBefore;
        start = System.nanoTime();
        service.close();
        return new Cost(nanos + System.nanoTime() - start, bytes);
    }

    private static Cost tickets(int count) {
        var inFlight = new InFlight(Ticker.system());
        List<Ticket> tickets = new ArrayList<>(count);
        long usedBefore = used();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            tickets.add(inFlight.enter(WorkKind.REQUEST, "GET /"));
        }
        int listed = inFlight.list().size();
        long nanos = System.nanoTime() - start;
        long bytes = used() - usedBefore;
        start = System.nanoTime();
        tickets.forEach(Ticket::close);
        nanos += System.nanoTime() - start;
        if (listed != count || inFlight.count() != 0) {
            throw new IllegalStateException("%d of %d listed, %d remain".formatted(listed, count, inFlight.count()));
        }
        return new Cost(nanos, bytes);
    }

    private static Cost queues(int count) {
        var registry = new SimpleMeterRegistry();
        long usedBefore = used();
        long start = System.nanoTime();
        EbbtideBuilder builder = Ebbtide.builder("scale")
                .settings(Settings.derived().withLameDuck(Duration.ZERO))
                .metrics(registry);
        for (int i = 0; i < count; i++) {
            builder.queue("queue-" + i, Scale::nothing);
        }
        Ebbtide service = builder.build().start();
        while (registry.find("ebbtide.queue.depth").gauges().size() < count) {
            if (System.nanoTime() - start > SOON.toNanos()) {
                throw new IllegalStateException("no meters after " + SOON);
            }
            LockSupport.parkNanos(1_000_000);
        }
        long nanos = System.nanoTime() - start;
        long bytes = used() - usedBefore;
        start = System.nanoTime();
        service.close();
        return new Cost(nanos + System.nanoTime() - start, bytes);
    }

    private static int nothing() {
        return 0;
    }

    /** A request of each, then the answer to how long the lame duck still has to last, ten times. */
    private static Cost addresses(int count) throws Exception {
        Ticker ticker = Ticker.system();
        var recorder = new TrafficRecorder(ticker);
        var traffic = new Traffic(new InFlight(ticker), recorder);
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            addresses.add(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}));
        }
        long usedBefore = used();
        long start = System.nanoTime();
        for (InetAddress address : addresses) {
            Ticket ticket = traffic.admit(WorkKind.REQUEST, () -> "GET /", address, ConnectionUse.FIRST);
            if (ticket != null) {
                ticket.close();
            }
        }
        recorder.beginShutdown(ticker.nanos());
        var lameDuck = recorder.lameDuck(Duration.ofSeconds(1), Duration.ofSeconds(10), 0);
        Duration remaining = Duration.ZERO;
        for (int i = 0; i < 10; i++) {
            remaining = remaining.plus(lameDuck.untilSilent());
        }
        long nanos = System.nanoTime() - start;
        if (remaining.isZero()) {
            throw new IllegalStateException("no address was waited for");
        }
        return new Cost(nanos, used() - usedBefore);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
