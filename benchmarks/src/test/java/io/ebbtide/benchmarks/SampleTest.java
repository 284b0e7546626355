package io.ebbtide.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SampleTest {
    /** Ranks from 0; from a table of the binomial distribution, such as Conover's, and by its exact sums. */
    @ParameterizedTest
    @CsvSource({
        "1, -1, 1",
        "5, -1, 5",
        "6, 0, 5",
        "7, 0, 6",
        "9, 1, 7",
        "10, 1, 8",
        "15, 3, 11",
        "21, 5, 15",
        "60, 21, 38"
    })
    void ranksOfTheMedian_areThoseOfTheBinomialDistribution(int count, int lower, int upper) {
        assertThat(Sample.lowerRank(count, 0.5)).isEqualTo(lower);
        assertThat(Sample.upperRank(count, 0.5)).isEqualTo(upper);
    }

    /** 1,000 values: 990 are expected below the percentile, give or take twice the deviation of 3.15. */
    @Test
    void ranksOfThePercentile_areAroundIt() {
        assertThat(Sample.lowerRank(1_000, 0.99)).isBetween(981, 985);
        assertThat(Sample.upperRank(1_000, 0.99)).isBetween(994, 997);
        assertThat(Sample.upperRank(100, 0.99)).isEqualTo(100);
    }

    @Test
    void median_ofSevenDurations_isTheMiddleOne_withTheWholeSampleAsInterval() {
        var sample = new Sample("exit", Unit.MILLIS);
        for (int millis : new int[] {70, 10, 60, 40, 30, 20, 50}) {
            sample.add(Duration.ofMillis(millis));
        }

        Figure figure = sample.median(Bound.below(Duration.ofMillis(71)));

        assertThat(figure.line())
                .isEqualTo("exit: 40.0 ms (95 %: 10.0 to 70.0), min 10.0, max 70.0, 7 runs, bound < 71.0 ms: met");
    }

    @Test
    void median_ofFiveValues_hasNoInterval_soNothingIsMetOrMissed() {
        var sample = new Sample("ratio", Unit.RATIO);
        for (int i = 0; i < 5; i++) {
            sample.add(0.5);
        }

        Figure figure = sample.median(Bound.atLeast(0.97));

        assertThat(figure.interval()).isEqualTo("too few runs");
        assertThat(figure.comparison()).isEqualTo("not distinguishable");
    }

    /** One end alone would say "not met" of a single value. */
    @Test
    void percentile_ofFewValues_hasNeitherEndOfAnInterval() {
        var sample = new Sample("probe", Unit.MILLIS);
        sample.add(25);

        Figure figure = sample.quantile(0.99, Bound.below(10));

        assertThat(figure.interval()).isEqualTo("too few runs");
        assertThat(figure.comparison()).isEqualTo("not distinguishable");
    }

    @Test
    void median_withoutABound_isOnlyPrinted() {
        var sample = new Sample("share", Unit.PERCENT);
        sample.add(2.5);

        assertThat(sample.median(null).line())
                .isEqualTo("share: 2.50 % (95 %: too few runs), min 2.50, max 2.50, 1 runs");
    }

    @Test
    void median_ofNothing_isRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new Sample("exit", Unit.MILLIS).median(null))
                .withMessage("exit: no value was measured");
    }

    @Test
    void value_thatIsNoNumber_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sample("ratio", Unit.RATIO).add(0.0 / 0.0))
                .withMessage("ratio: NaN (expected: a finite number)");
    }
}
