package io.ebbtide.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Why a rate that was whole, and then is nothing, is not taken for one router: docs/decisions/0010-adaptive-lame-duck.md. */
final class LameDuckCandidatesTest {
    private static final int FEW = 200;
    private static final int MANY = 1_000;

    /** At 2/s one router must be silent for 5.1 s, sixteen for longer than the lame duck lasts; at 50/s sixteen for 3.4 s. */
    private static final double MIN_RATE = 2;

    private static final double MAX_RATE = 50;

    @ParameterizedTest
    @EnumSource(names = {"WHOLE_ON_AVERAGE", "WHOLE_TO_THE_LAST"}) // of the third the long run shows it
    void straggler_refutesTheCandidate(CandidateRule candidate) {
        TraceTally tally = RoutersTraces.straggler(MIN_RATE, MAX_RATE).play(FEW, candidate);

        assertThat((double) tally.isFalse()).isGreaterThan(tally.bound());
    }

    @Test
    void straggler_isWaitedFor_byTodaysRule() {
        TraceTally tally = RoutersTraces.straggler(MIN_RATE, MAX_RATE).play(FEW);

        assertThat((double) tally.isFalse()).isLessThanOrEqualTo(tally.bound());
    }

    @Test
    @Tag("full")
    void candidates_besideTodaysRule_longRun() {
        TraceScenario one = TraceScenario.holds(
                "one router, 2 to 50/s",
                trace -> RoutersTraces.oneAddress(trace, 0, 1, trace.rate(MIN_RATE, MAX_RATE)));
        List<TraceScenario> scenarios = List.of(
                one,
                RoutersTraces.independent(MIN_RATE, MAX_RATE),
                RoutersTraces.straggler(MIN_RATE, MAX_RATE),
                manyWorkers(),
                KeptTraces.nodes());

        System.out.println(TraceTally.HEADER);
        for (TraceScenario scenario : scenarios) {
            TraceTally today = scenario.play(MANY);
            System.out.println("today: " + today.row(scenario));
            assertThat((double) today.isFalse()).as(scenario.traffic()).isLessThanOrEqualTo(today.bound());
            for (CandidateRule candidate : CandidateRule.values()) {
                System.out.println(
                        candidate + ": " + scenario.play(MANY, candidate).row(scenario));
            }
        }
        for (CandidateRule candidate : CandidateRule.values()) {
            TraceTally tally = manyWorkers().play(3 * MANY, candidate);
            assertThat((double) tally.isFalse()).as(candidate.name()).isGreaterThan(tally.bound());
        }
    }

    /** The straggler has a sixteenth of a rate that is just high enough for twenty requests before most workers learn. */
    private static TraceScenario manyWorkers() {
        return RoutersTraces.straggler(16, 8, 20);
    }
}
