package io.ebbtide.inflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.internal.Ticker;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The question: a request that arrives while the gate closes is either refused, or the drain waits for it; a zero that is
 * not final closes nothing. Two threads meet by spinning and race within nanoseconds, many times; GateModelTest covers
 * every interleaving. Isolated, because each of the two needs a processor.
 */
@Isolated
final class GateRaceTest {
    private static final Duration QUICK = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void arrivalWhileTheGateCloses_isRefusedOrWaitedFor() throws Exception {
        new Race(QUICK, false).run();
    }

    @Test
    @Tag("full")
    void arrivalWhileTheGateCloses_isRefusedOrWaitedFor_longRun() throws Exception {
        new Race(LONG, false).run();
    }

    @Test
    void arrivalWhileTheLastCloses_isRefusedOrWaitedFor() throws Exception {
        new Race(QUICK, true).run();
    }

    @Test
    @Tag("full")
    void arrivalWhileTheLastCloses_isRefusedOrWaitedFor_longRun() throws Exception {
        new Race(LONG, true).run();
    }

    private static final class Race {
        /*
         * A race lasts for a fixed time, with as many rounds as fit: a hundred thousand per second if each thread has a
         * processor, some dozens if all are busy, and then it continues a little longer. A round begins when both threads run, or the
         * later one would lose every round. So after enough rounds both outcomes have occurred, on any machine.
         */
        private static final int OVER = Integer.MAX_VALUE;
        private static final int MIN_ROUNDS = 200;
        private static final long MORE_IF_BUSY_NANOS = Duration.ofSeconds(8).toNanos();
        private static final int MAX_STEPS = 1_000;
        private static final int SPINS_BEFORE_YIELD = 20_000;
        private static final int MAX_SPINS_TO_MEET = 2_000;
        private static final boolean CAN_MEET = Runtime.getRuntime().availableProcessors() > 1;

        private final Duration time;
        private final boolean withLast;
        private volatile InFlight inFlight = new InFlight(Ticker.system());
        private volatile int calls;
        private volatile int answered;
        private volatile int ready;
        private volatile int over;
        private int headStart; // of the arrival; of the closing if negative. Moves until each is first half of the time
        private int letIn;
        private int letInThoughClosed;
        private int refusedThoughOpen;
        private int cutThoughNoneWasInFlight;

        Race(Duration time, boolean withLast) {
            this.time = time;
            this.withLast = withLast;
        }

        void run() throws Exception {
            CompletableFuture<Void> arrivals = CompletableFuture.runAsync(this::arrive, Race::onThread);
            long endNanos = System.nanoTime() + time.toNanos();
            int neverClosed = 0;
            int rounds = 0;
            while (meet(arrivals, rounds < MIN_ROUNDS ? endNanos + MORE_IF_BUSY_NANOS : endNanos)) {
                int round = ++rounds;
                var next = new InFlight(Ticker.system());
                Ticket last = withLast ? next.enter(WorkKind.REQUEST, "last") : null;
                if (last != null) {
                    next.closeWhenIdle();
                }
                int letInBefore = letIn;
                inFlight = next;
                ready = round;
                dawdle(headStart);
                if (last == null) {
                    next.closeWhenIdle();
                } else {
                    last.close();
                }
                if (next.isClosed()) { // the gate closed by itself
                    cutThoughNoneWasInFlight += next.cutAll().size();
                }
                for (int spins = 0; over < round; spins++) {
                    spin(spins, arrivals);
                }
                headStart = Math.max(-MAX_STEPS, Math.min(MAX_STEPS, headStart + (letIn > letInBefore ? -1 : 1)));
                neverClosed += next.closeWhenIdle().isDone() && next.count() == 0 ? 0 : 1;
            }
            ready = OVER;
            arrivals.get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);

            System.out.printf("gate race: %,d rounds, let in %,d%n", rounds, letIn);
            assertThat(letInThoughClosed)
                    .as("let in, and the gate was closed meanwhile")
                    .isZero();
            assertThat(refusedThoughOpen)
                    .as("refused, and the gate was not closed")
                    .isZero();
            assertThat(cutThoughNoneWasInFlight)
                    .as("reported as cut, and it was just being refused")
                    .isZero();
            assertThat(neverClosed)
                    .as("not closed although nothing was in flight")
                    .isZero();
            if (CAN_MEET) { // on one processor the threads take turns
                assumeTrue(
                        rounds >= MIN_ROUNDS, "too busy a machine: the two threads hardly ever ran at the same time");
                assertThat(letIn).as("both outcomes were seen").isBetween(rounds / 100, rounds - rounds / 100);
            }
        }

        /**
         * Waits until the other thread answers immediately: both are running then.
         *
         * @return false if the time of the race is over
         */
        private boolean meet(CompletableFuture<Void> arrivals, long untilNanos) {
            int spins;
            do {
                if (System.nanoTime() - untilNanos > 0) {
                    return false;
                }
                int call = calls + 1;
                calls = call;
                for (spins = 0; answered < call; spins++) {
                    spin(spins, arrivals);
                }
            } while (CAN_MEET && spins > MAX_SPINS_TO_MEET);
            return true;
        }

        private void arrive() {
            for (int round = 1; ; round++) {
                for (int spins = 0; ready < round; spins++) {
                    int call = calls;
                    if (answered != call) {
                        answered = call;
                        spins = 0;
                    }
                    spin(spins);
                }
                if (ready == OVER) {
                    return;
                }
                dawdle(-headStart);
                InFlight now = inFlight;
                Ticket ticket = now.tryEnter(WorkKind.REQUEST, () -> "arrival");
                if (ticket == null) {
                    refusedThoughOpen += now.isClosed() ? 0 : 1;
                } else {
                    dawdle(0);
                    letIn++;
                    letInThoughClosed += now.isClosed() ? 1 : 0;
                    ticket.close();
                }
                over = round;
            }
        }

        private static void onThread(Runnable task) {
            var thread = new Thread(task, "arrivals");
            thread.setDaemon(true);
            thread.start();
        }

        private static void spin(int spins, CompletableFuture<Void> other) {
            if (other.isCompletedExceptionally()) {
                other.join(); // throws the cause
            }
            spin(spins);
        }

        /** A thread that waits long has no processor of its own: the other thread may need this one's. */
        @SuppressWarnings("ThreadPriorityCheck") // only here
        private static void spin(int spins) {
            if (CAN_MEET && spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }

        /** Waits for up to some dozens of nanoseconds plus {@code more}, so that the two meet at any point. */
        private static void dawdle(int more) {
            for (int i = ThreadLocalRandom.current().nextInt(32) + Math.max(0, more); i > 0; i--) {
                Thread.onSpinWait();
            }
        }
    }
}
