package io.ebbtide.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Traces of arrivals in, decision out: where the promise holds, and where it is known to break. */
final class LameDuckTraceTest {
    @BeforeAll
    static void header() {
        System.out.println(TraceTally.HEADER);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void promise_isAsDocumented(TraceScenario scenario) {
        play(scenario, 200);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    @Tag("full")
    void promise_isAsDocumented_longRun(TraceScenario scenario) {
        play(scenario, 3_000);
    }

    static Stream<TraceScenario> scenarios() {
        return Stream.of(RoutersTraces.all(), KeptTraces.all(), UnevenTraces.all())
                .flatMap(List::stream);
    }

    private static void play(TraceScenario scenario, int shutdowns) {
        TraceTally tally = scenario.play(shutdowns);

        System.out.println(tally.row(scenario));
        switch (scenario.promise()) {
            case HOLDS -> assertThat((double) tally.isFalse()).isLessThanOrEqualTo(tally.bound());
            case BREAKS -> assertThat((double) tally.isFalse()).isGreaterThan(shutdowns < 1_000 ? 0 : tally.bound());
            case WAITS -> assertThat(tally.whole()).isEqualTo(tally.count());
        }
    }
}
