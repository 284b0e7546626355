package io.ebbtide.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Traces of arrivals in, decision out. The long run shows where the promise holds, and where it is known to fail: one
 * shutdown in a thousand needs thousands of them. The quick form shows that the decisions are those that the long run has
 * verified: its shutdowns are the same each time, and so is the end of each lame duck.
 */
final class LameDuckTraceTest {
    private static final int FEW = 5;
    private static final int MANY = 3_000;
    private static final Path DECISIONS = Path.of("src/test/resources/lame-duck-decisions.txt");

    /** After an intended change, and a long run, copy the failure's actual text to the file. */
    @Test
    void decisions_areThoseThatTheLongRunHasJudged() throws IOException {
        List<String> decisions = scenarios()
                .map(scenario -> scenario.play(FEW).decisions(scenario))
                .toList();

        assertThat(String.join("\n", decisions) + "\n").isEqualTo(Files.readString(DECISIONS));
    }

    @ParameterizedTest
    @MethodSource("waiting")
    void trafficThatProvesNothing_isWaitedForTheWholeTime(TraceScenario scenario) {
        TraceTally tally = scenario.play(FEW);

        assertThat(tally.whole()).isEqualTo(FEW);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    @Tag("full")
    void promise_isAsDocumented_longRun(TraceScenario scenario) {
        TraceTally tally = scenario.play(MANY);

        System.out.println(TraceTally.HEADER + "\n" + tally.row(scenario));
        switch (scenario.promise()) {
            case HOLDS -> assertThat((double) tally.isFalse()).isLessThanOrEqualTo(tally.bound());
            case BREAKS -> assertThat((double) tally.isFalse()).isGreaterThan(tally.bound());
            case WAITS -> assertThat(tally.whole()).isEqualTo(tally.count());
        }
    }

    static Stream<TraceScenario> waiting() {
        return scenarios().filter(scenario -> scenario.promise() == TraceScenario.Promise.WAITS);
    }

    static Stream<TraceScenario> scenarios() {
        return Stream.of(RoutersTraces.all(), KeptTraces.all(), UnevenTraces.all())
                .flatMap(List::stream);
    }
}
