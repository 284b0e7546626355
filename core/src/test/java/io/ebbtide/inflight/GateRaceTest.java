package io.ebbtide.inflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.internal.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The question: a request that arrives while the gate closes is either refused, or the drain waits for it; a zero that is
 * not final closes nothing. Threads meet at a barrier and race, over and over.
 */
final class GateRaceTest {
    private static final int QUICK = 10_000;
    private static final int LONG = 1_000_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void arrivalAtAnIdleGate_isRefusedOrWaitedFor() throws Exception {
        raceAtIdleGate(QUICK);
    }

    @Test
    @Tag("full")
    void arrivalAtAnIdleGate_isRefusedOrWaitedFor_longRun() throws Exception {
        raceAtIdleGate(LONG);
    }

    @Test
    void arrivalWhileTheLastLeaves_isRefusedOrWaitedFor() throws Exception {
        raceWithTheLast(QUICK);
    }

    @Test
    @Tag("full")
    void arrivalWhileTheLastLeaves_isRefusedOrWaitedFor_longRun() throws Exception {
        raceWithTheLast(LONG);
    }

    /** One closes the gate, two arrive. Whoever is let in must find the gate not closed while it is in. */
    private void raceAtIdleGate(int rounds) throws Exception {
        var both = new AtomicInteger();
        race(rounds, inFlight -> {}, InFlight::closeWhenIdle, both);
    }

    /** One ticket is in; its owner leaves while two arrive and the gate is to be closed. */
    private void raceWithTheLast(int rounds) throws Exception {
        var both = new AtomicInteger();
        var last = new Ticket[1];
        race(
                rounds,
                inFlight -> {
                    last[0] = inFlight.enter(WorkKind.REQUEST, "last");
                    inFlight.closeWhenIdle();
                },
                inFlight -> last[0].close(),
                both);
    }

    private interface Step {
        void on(InFlight inFlight);
    }

    private void race(int rounds, Step before, Step closing, AtomicInteger refusals) throws Exception {
        var barrier = new CyclicBarrier(3);
        var current = new InFlight[1];
        Future<Integer> one = threads.submit(() -> arrive(rounds, barrier, current, refusals));
        Future<Integer> other = threads.submit(() -> arrive(rounds, barrier, current, refusals));
        for (int i = 0; i < rounds; i++) {
            var inFlight = new InFlight(Ticker.system());
            before.on(inFlight);
            current[0] = inFlight;
            barrier.await(30, TimeUnit.SECONDS);
            closing.on(inFlight);
            barrier.await(30, TimeUnit.SECONDS);

            assertThat(inFlight.closeWhenIdle())
                    .as("closed once all have left, round %d", i)
                    .isCompleted();
            assertThat(inFlight.count()).isZero();
            barrier.await(30, TimeUnit.SECONDS);
        }
        int violations = one.get(30, TimeUnit.SECONDS) + other.get(30, TimeUnit.SECONDS);
        assertThat(violations).as("let in, and found the gate closed").isZero();
        assertThat(refusals.get()).as("both outcomes were seen").isBetween(1, 2 * rounds - 1);
    }

    private static int arrive(int rounds, CyclicBarrier barrier, InFlight[] current, AtomicInteger refusals)
            throws Exception {
        int violations = 0;
        for (int i = 0; i < rounds; i++) {
            barrier.await(30, TimeUnit.SECONDS);
            InFlight inFlight = current[0];
            Ticket ticket = inFlight.tryEnter(WorkKind.REQUEST, () -> "arrival");
            CompletableFuture<Void> closed = inFlight.closeWhenIdle();
            if (ticket == null) {
                refusals.incrementAndGet();
            } else {
                violations += closed.isDone() ? 1 : 0;
                ticket.close();
            }
            barrier.await(30, TimeUnit.SECONDS);
            barrier.await(30, TimeUnit.SECONDS);
        }
        return violations;
    }
}
