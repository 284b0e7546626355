package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.inflight.InFlight;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class CheckScheduleTest {
    @Test
    void new_withStaleAfterTooShort_saysHowLongItMustBe() {
        assertThatThrownBy(() ->
                        new CheckSchedule(Duration.ofSeconds(5), Duration.ofSeconds(1), 3, 2, Duration.ofSeconds(6)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("staleAfter: PT6S (expected: > interval + timeout, which is PT6S)");
    }

    @Test
    void new_withNumbersThatMakeNoSense_namesThem() {
        CheckSchedule defaults = CheckSchedule.defaults();

        assertThatThrownBy(() -> defaults.withInterval(Duration.ZERO))
                .hasMessage("interval: PT0S (expected: > 0, at most 365 days)");
        assertThatThrownBy(() -> defaults.withTimeout(Duration.ofSeconds(-1)))
                .hasMessage("timeout: PT-1S (expected: > 0, at most 365 days)");
        assertThatThrownBy(() -> defaults.withThresholds(0, 1)).hasMessage("failuresToDown: 0 (expected: 1 to 1000)");
        assertThatThrownBy(() -> defaults.withThresholds(1, 0)).hasMessage("successesToUp: 0 (expected: 1 to 1000)");
    }

    /** Their sums and products are computed in nanoseconds. */
    @Test
    void new_withNumbersBeyondTheMaximum_isRefused_andWithTheMaximumCanBeCalculatedWith() {
        CheckSchedule defaults = CheckSchedule.defaults();

        assertThatThrownBy(() -> defaults.withInterval(InFlight.UNLIMITED))
                .hasMessageStartingWith("interval: PT")
                .hasMessageEndingWith("(expected: > 0, at most 365 days)");
        assertThatThrownBy(() -> defaults.withTimeout(Duration.ofSeconds(Long.MAX_VALUE)))
                .hasMessageEndingWith("(expected: > 0, at most 365 days)");
        assertThatThrownBy(() -> defaults.withStaleAfter(Duration.ofDays(3_651)))
                .hasMessage("staleAfter: PT87624H (expected: at most 3650 days)");
        assertThatThrownBy(() -> defaults.withThresholds(1_001, 1))
                .hasMessage("failuresToDown: 1001 (expected: 1 to 1000)");
        CheckSchedule longest = defaults.withInterval(Duration.ofDays(365))
                .withTimeout(Duration.ofDays(365))
                .withThresholds(1_000, 1_000);
        assertThat(longest.reportedWithin()).isGreaterThan(Duration.ofDays(365_000));
        assertThat(longest.staleAfter().toNanos()).isPositive();
    }

    @Test
    void withInterval_longerThanStaleAfter_letsItGrow() {
        assertThat(CheckSchedule.defaults().withInterval(Duration.ofMinutes(1)).staleAfter())
                .isEqualTo(Duration.ofSeconds(183));
    }

    @Test
    void reportedWithin_ofDefaults_is10Seconds() {
        assertThat(CheckSchedule.defaults().reportedWithin()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void suspectInterval_isTheIntervalButAtMostASecond() {
        CheckSchedule defaults = CheckSchedule.defaults();

        assertThat(defaults.suspectInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(defaults.withInterval(Duration.ofMillis(200)).suspectInterval())
                .isEqualTo(Duration.ofMillis(200));
    }
}
