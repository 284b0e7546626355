package io.ebbtide.inflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.internal.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The question: a request that arrives while the gate closes is either refused, or the drain waits for it; a zero that is
 * not final closes nothing. Two threads meet by spinning and race within nanoseconds, over and over; GateModelTest goes
 * through all the ways in which they can meet.
 */
final class GateRaceTest {
    private static final int QUICK = 200_000;
    private static final int LONG = 2_000_000;
    private static final int MOST_STEPS = 1_000;

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
    void arrivalWhileTheLastLeaves_isRefusedOrWaitedFor() throws Exception {
        new Race(QUICK, true).run();
    }

    @Test
    @Tag("full")
    void arrivalWhileTheLastLeaves_isRefusedOrWaitedFor_longRun() throws Exception {
        new Race(LONG, true).run();
    }

    private static final class Race {
        private final int rounds;
        private final boolean withLast;
        private volatile InFlight inFlight = new InFlight(Ticker.system());
        private volatile int ready;
        private volatile int over;
        private int headStart; // of the arrival; of the closing if negative. Moves until each is first half of the time
        private int letIn;
        private int letInThoughClosed;
        private int refusedThoughOpen;
        private int cutThoughNobodyWasIn;

        Race(int rounds, boolean withLast) {
            this.rounds = rounds;
            this.withLast = withLast;
        }

        void run() throws Exception {
            CompletableFuture<Void> arrivals = CompletableFuture.runAsync(this::arrive);
            int neverClosed = 0;
            for (int round = 1; round <= rounds; round++) {
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
                if (next.isClosed()) { // by itself
                    cutThoughNobodyWasIn += next.cutAll().size();
                }
                while (over < round) {
                    if (arrivals.isCompletedExceptionally()) {
                        arrivals.join(); // says why
                    }
                    spin();
                }
                headStart = Math.max(-MOST_STEPS, Math.min(MOST_STEPS, headStart + (letIn > letInBefore ? -1 : 1)));
                neverClosed += next.closeWhenIdle().isDone() && next.count() == 0 ? 0 : 1;
            }
            arrivals.get(60, TimeUnit.SECONDS);

            assertThat(letInThoughClosed)
                    .as("let in, and the gate was closed meanwhile")
                    .isZero();
            assertThat(refusedThoughOpen)
                    .as("refused, and the gate was not closed")
                    .isZero();
            assertThat(cutThoughNobodyWasIn)
                    .as("told as cut, and it was just being refused")
                    .isZero();
            assertThat(neverClosed).as("not closed although nobody was left").isZero();
            if (Runtime.getRuntime().availableProcessors() > 1) { // on one they take turns and do not meet
                assertThat(letIn).as("both outcomes were seen").isBetween(rounds / 10, rounds - rounds / 10);
            }
        }

        private void arrive() {
            for (int round = 1; round <= rounds; round++) {
                while (ready < round) {
                    spin();
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

        /** On one processor the other thread needs this one's. */
        @SuppressWarnings("ThreadPriorityCheck") // only there
        private static void spin() {
            if (Runtime.getRuntime().availableProcessors() > 1) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }

        /** Up to some dozens of nanoseconds and {@code more}, so that the two meet anywhere. */
        private static void dawdle(int more) {
            for (int i = ThreadLocalRandom.current().nextInt(32) + Math.max(0, more); i > 0; i--) {
                Thread.onSpinWait();
            }
        }
    }
}
