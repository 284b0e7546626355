package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

        assertThatThrownBy(() -> defaults.withInterval(Duration.ZERO)).hasMessage("interval: PT0S (expected: > 0)");
        assertThatThrownBy(() -> defaults.withTimeout(Duration.ofSeconds(-1)))
                .hasMessage("timeout: PT-1S (expected: > 0)");
        assertThatThrownBy(() -> defaults.withThresholds(0, 1)).hasMessage("failuresToDown: 0 (expected: >= 1)");
        assertThatThrownBy(() -> defaults.withThresholds(1, 0)).hasMessage("successesToUp: 0 (expected: >= 1)");
    }

    @Test
    void withInterval_longerThanStaleAfter_letsItGrow() {
        assertThat(CheckSchedule.defaults().withInterval(Duration.ofMinutes(1)).staleAfter())
                .isEqualTo(Duration.ofSeconds(183));
    }

    @Test
    void toldWithin_ofDefaults_is10Seconds() {
        assertThat(CheckSchedule.defaults().toldWithin()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void suspectInterval_isTheIntervalButAtMostASecond() {
        CheckSchedule defaults = CheckSchedule.defaults();

        assertThat(defaults.suspectInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(defaults.withInterval(Duration.ofMillis(200)).suspectInterval())
                .isEqualTo(Duration.ofMillis(200));
    }
}
