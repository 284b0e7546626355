package io.ebbtide.examples.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.examples.load.Tally.Counts;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ThresholdsTest {
    private static final Thresholds ALL = new Thresholds(0, 0, Duration.ofMillis(500), 1.5);
    private static final Counts GOOD = new Counts(100, 100, 0, 0, 100, 0);

    @Test
    void judge_aGoodRun_findsAllMet() {
        assertThat(ALL.judge(GOOD, 100, Duration.ofMillis(500))).hasSize(5).allMatch(Finding::met);
    }

    @Test
    void judge_eachThresholdMissed_saysTheFigureAndTheBound() {
        var counts = new Counts(160, 98, 1, 61, 100, 1);

        assertThat(ALL.judge(counts, 100, Duration.ofMillis(501)).stream()
                        .filter(each -> !each.met())
                        .map(Finding::toString))
                .containsExactly(
                        "FAIL  requests lost: 1 of 100 (expected: at most 0)",
                        "FAIL  answers with status 3xx, which is not followed, or 4xx: 1 (expected: at most 0)",
                        "FAIL  99th percentile of the time to an answer: 501 ms (expected: at most 500 ms)",
                        "FAIL  attempts for each request: 1.60 (expected: at most 1.50)");
    }

    @Test
    void judge_aRunThatSentTooLittle_isNotMet() {
        assertThat(ALL.judge(new Counts(99, 99, 0, 0, 99, 0), 100, Duration.ofMillis(1)))
                .filteredOn(each -> !each.met())
                .extracting(Finding::what)
                .containsExactly("requests ended");
    }

    @Test
    void judge_aRunThatSentTooLittle_isNotMet_evenIfLossesAreAllowed() {
        var thresholds = new Thresholds(100, 0, null, null);

        assertThat(thresholds.judge(new Counts(60, 10, 0, 50, 60, 50), 100, Duration.ofMillis(1)))
                .filteredOn(each -> !each.met())
                .extracting(Finding::toString)
                .containsExactly("FAIL  requests ended: 60 of 100 planned (expected: all)");
    }

    @Test
    void judge_aRunWithoutARequest_isNotMet() {
        assertThat(ALL.judge(new Counts(0, 0, 0, 0, 0, 0), 100, Duration.ZERO))
                .filteredOn(each -> !each.met())
                .extracting(Finding::what)
                .containsExactly("requests ended");
    }

    @Test
    void thresholds_outOfRange_areRefused() {
        assertThatThrownBy(() -> new Thresholds(-1, 0, null, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Thresholds(0, 0, Duration.ZERO, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Thresholds(0, 0, null, 0.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Thresholds(0, 0, null, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
