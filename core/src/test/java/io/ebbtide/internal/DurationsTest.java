package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
    @ParameterizedTest
    @CsvSource({"30s, 30000", "500ms, 500", "2m, 120000", "1h, 3600000", "PT1.5S, 1500", "' 10 S ', 10000", "0s, 0"})
    void parse_ofNumberAndUnit_isThatLong(String text, long millis) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"30", "", "s", "1.5s", "30 seconds", "-3s", "99999999999s"})
    void parse_ofAnythingElse_saysWhatIsExpected(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected: a number with a unit such as 500ms, 30s or 2m, or PT30S");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 ms",
        "250, 250 ms",
        "1000, 1 s",
        "1500, 1.5 s",
        "41000, 41 s",
        "59990, 60.0 s",
        "720000, 12 min",
        "-250, -250 ms"
    })
    void text_isWhatPeopleRead(long millis, String text) {
        assertThat(Durations.text(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Test
    void nanos_ofWhatIsTooLong_areFewEnoughToBeAdded() {
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE);

        assertThat(Durations.nanos(Duration.ofSeconds(3))).isEqualTo(3_000_000_000L);
        assertThat(Durations.nanos(Duration.ofMillis(-1))).isEqualTo(-1_000_000L);
        assertThat(Durations.nanos(longest)).isEqualTo(Long.MAX_VALUE / 4);
        assertThat(Durations.nanos(longest.negated())).isEqualTo(-(Long.MAX_VALUE / 4));
        assertThat(Durations.text(longest)).isEqualTo("38430716 min");
        assertThat(Durations.text(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo("-38430716 min");
    }
}
