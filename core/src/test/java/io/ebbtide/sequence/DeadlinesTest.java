package io.ebbtide.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.testing.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeadlinesTest {
    /** The time that HotSpot needs to halt while threads are in native code, measured until the process has ended. */
    private static final Duration HALT = Duration.ofMillis(365);

    @ParameterizedTest
    @CsvSource({"30, 3000, 28500", "10, 1000, 9400", "6, 800, 5400", "6, 600, 5400"})
    void alarm_leavesTimeToWriteAndToHalt(long graceSeconds, long marginMillis, long alarmMillis) {
        var ticker = new FakeTicker();
        var deadlines = deadlines(ticker, graceSeconds, marginMillis);
        assertThat(deadlines.untilAlarm()).isEqualTo(Duration.ofMillis(alarmMillis));

        ticker.advance(deadlines.untilAlarm());
        Duration writing = Duration.ofNanos(deadlines.nanosToWrite());

        assertThat(writing).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        assertThat(deadlines.elapsed().plus(writing).plus(HALT)).isLessThan(Duration.ofSeconds(graceSeconds));
    }

    /** The start warns of this: even the whole margin is not enough then. */
    @ParameterizedTest
    @CsvSource({"10, 100, 9900", "10, 1, 9999"})
    void alarm_withAShortMargin_doesNotCutTheStop(long graceSeconds, long marginMillis, long alarmMillis) {
        assertThat(deadlines(new FakeTicker(), graceSeconds, marginMillis).untilAlarm())
                .isEqualTo(Duration.ofMillis(alarmMillis));
    }

    private static Deadlines deadlines(FakeTicker ticker, long graceSeconds, long marginMillis) {
        var shares = GraceBudget.Shares.DERIVED.withMargin(Duration.ofMillis(marginMillis));
        return new Deadlines(
                ticker,
                ticker.nanos(),
                GraceBudget.of(Duration.ofSeconds(graceSeconds), shares, Duration.ofSeconds(2)));
    }
}
