package io.ebbtide.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BenchmarksTest {
    private static final Duration MEASURED = Duration.ofMillis(40);

    private final Map<String, Benchmark> catalogue = new LinkedHashMap<>();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    @Test
    void boundThatIsMissed_isPrinted_andEndsWithZero() {
        catalogue.put("Slow", results -> results.repeat("exit", 7, Bound.below(Duration.ofMillis(10)), () -> MEASURED));

        assertThat(run("All", "0")).isZero();
        assertThat(text())
                .contains("[1/1] Slow 0/7  exit\n")
                .contains(
                        "  exit: 40.0 ms (95 %: 40.0 to 40.0), min 40.0, max 40.0, 7 runs, bound < 10.0 ms: not met\n")
                .contains("\nSlow       exit    ms    40.0   40.0 to 40.0   < 10.0 ms  not met  0 s\n")
                .contains("processor(s)");
    }

    @Test
    void benchmarkThatThrows_isNamed_theOthersRun_andTheEndIsOne() {
        catalogue.put("Broken", results -> {
            throw new IllegalStateException("no server\nits log");
        });
        catalogue.put("Fine", results -> results.repeat("exit", 7, null, () -> MEASURED));

        assertThat(run("All", "0")).isEqualTo(1);
        assertThat(text())
                .contains("[1/2] Broken: could not measure: Broken\n")
                .contains("[2/2] Fine 0/7  exit\n")
                .endsWith("could not measure: Broken: IllegalStateException: no server\n");
    }

    @Test
    void oneFigureThatFails_doesNotKeepTheNextFromBeingMeasured() {
        catalogue.put("Partly", results -> {
            results.repeat("first", 7, null, () -> {
                throw new AssertionError("no answer");
            });
            results.repeat("second", 7, null, () -> MEASURED);
        });

        assertThat(run("All", "0")).isEqualTo(1);
        assertThat(text())
                .contains("  second: 40.0 ms")
                .endsWith("could not measure: Partly, first: AssertionError: no answer\n");
    }

    @Test
    void benchmarkWithoutAFigure_hasNotMeasured() {
        catalogue.put("Empty", results -> {});

        assertThat(run("All", "0")).isEqualTo(1);
        assertThat(text()).contains("Empty: IllegalStateException: no figure was measured");
    }

    @Test
    void name_thatIsUnknown_getsTheKnownOnes_andNothingRuns() {
        catalogue.put("ExitLatency", results -> {
            throw new IllegalStateException("runs");
        });
        catalogue.put("LintTime", results -> {});

        assertThat(run("ExitLatency,Foo", "0")).isEqualTo(2);
        assertThat(text())
                .isEqualTo("benchmark: 'Foo' (expected: All, or some of ExitLatency, LintTime separated by commas)\n");
    }

    @Test
    void names_partedByCommas_runInTheirOrder() {
        catalogue.put("A", results -> results.repeat("a", 7, null, () -> MEASURED));
        catalogue.put("B", results -> results.repeat("b", 7, null, () -> MEASURED));
        catalogue.put("C", results -> results.repeat("c", 7, null, () -> MEASURED));

        assertThat(run("C,A", "0")).isZero();
        assertThat(text()).containsSubsequence("[1/2] C", "[2/2] A").doesNotContain(" B");
    }

    @Test
    void maximumOfRuns_limitsEachFigure() {
        catalogue.put("A", results -> results.repeat("a", 7, null, () -> MEASURED));

        assertThat(run("All", "2")).isZero();
        assertThat(text()).contains("2 runs");
    }

    @Test
    void maximumOfRuns_thatIsNoNumber_isRefused() {
        assertThat(run("All", "-1")).isEqualTo(2);
        assertThat(text())
                .isEqualTo("benchmark.runs: '-1' (expected: a number of runs, 0 for as many as each needs)\n");
    }

    private int run(String selection, String maximumRuns) {
        return Benchmarks.run(
                catalogue,
                new String[] {selection, maximumRuns},
                new PrintStream(output, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return output.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
