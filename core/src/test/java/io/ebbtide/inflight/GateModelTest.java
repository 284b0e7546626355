package io.ebbtide.inflight;

import java.util.BitSet;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Whatever three threads do to a gate, and wherever they are interrupted, there is an order in which a sequential gate
 * would have returned the same results. Isolated, because the classes under test are instrumented.
 */
@Isolated
@Param(name = "thread", gen = ThreadIdGen.class)
public final class GateModelTest {
    private final InFlight inFlight = new InFlight(() -> 0, 2, this::stripe);
    private final @Nullable Ticket[] tickets = new Ticket[8];
    private int entered;

    @Operation
    public boolean enter(@Param(name = "thread") int thread) {
        if (tickets[thread] != null) {
            return true;
        }
        tickets[thread] = inFlight.tryEnter(WorkKind.REQUEST, () -> "work");
        return tickets[thread] != null;
    }

    @Operation
    public void exit(@Param(name = "thread") int thread) {
        Ticket mine = tickets[thread];
        if (mine != null) {
            tickets[thread] = null;
            mine.close();
        }
    }

    @Operation
    public void closeWhenIdle() {
        inFlight.closeWhenIdle();
    }

    @Operation
    public boolean isClosed() {
        return inFlight.isClosed();
    }

    @Test
    void gate_behavesLikeOneThatDoesOneThingAtATime() {
        options(8, 50).check(GateModelTest.class);
    }

    @Test
    @Tag("full")
    void gate_behavesLikeOneThatDoesOneThingAtATime_longRun() {
        options(60, 1_000).check(GateModelTest.class);
    }

    private static ModelCheckingOptions options(int scenarios, int schedules) {
        return new ModelCheckingOptions()
                .iterations(scenarios)
                .invocationsPerIteration(schedules)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(2)
                .sequentialSpecification(Sequential.class);
    }

    /** Adjacent threads enter different stripes. */
    private int stripe() {
        return entered++;
    }

    /** The sequential gate: one operation at a time. */
    public static final class Sequential {
        private final BitSet in = new BitSet();
        private boolean wanted;
        private boolean closed;

        public boolean enter(int thread) {
            if (in.get(thread)) {
                return true;
            }
            if (!closed) {
                in.set(thread);
            }
            return !closed;
        }

        public void exit(int thread) {
            in.clear(thread);
            closed |= wanted && in.isEmpty();
        }

        public void closeWhenIdle() {
            wanted = true;
            closed |= in.isEmpty();
        }

        public boolean isClosed() {
            return closed;
        }
    }
}
