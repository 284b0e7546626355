package io.ebbtide.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.testing.FakeTicker;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DrainClockTest {
    private final FakeTicker ticker = new FakeTicker();

    /** 30 s: lame duck 15, drain 6. */
    private final Deadlines deadlines = new Deadlines(
            ticker,
            ticker.nanos(),
            GraceBudget.of(Duration.ofSeconds(30), GraceBudget.Shares.DERIVED, Duration.ofSeconds(15)));

    private final DrainClock clock = new DrainClock(
            deadlines, Map.of(WorkKind.STREAM, Duration.ofSeconds(1), WorkKind.JOB, Duration.ofSeconds(40)));

    @Test
    void kindWithoutALimit_hasUntilTheDrainEnds_whatTheLameDuckDoesNotUseIncluded() {
        assertThat(clock.remaining(WorkKind.REQUEST)).isEqualTo(Duration.ofSeconds(21));
        ticker.advance(Duration.ofSeconds(4));
        clock.begin();
        assertThat(clock.remaining(WorkKind.REQUEST)).isEqualTo(Duration.ofSeconds(17));
        ticker.advance(Duration.ofSeconds(60));
        assertThat(clock.remaining(WorkKind.REQUEST)).isZero();
    }

    @Test
    void kindWithALimit_hasItFromTheDrainsBeginning() {
        ticker.advance(Duration.ofSeconds(4));
        assertThat(clock.remaining(WorkKind.STREAM)).isEqualTo(Duration.ofSeconds(1));

        clock.begin();
        ticker.advance(Duration.ofMillis(400));

        assertThat(clock.remaining(WorkKind.STREAM)).isEqualTo(Duration.ofMillis(600));
        assertThat(clock.untilNext()).isEqualTo(Duration.ofMillis(600));
        assertThat(clock.takeOver()).isEmpty();
    }

    @Test
    void kindWhoseTimeIsOver_isReportedOnce() {
        clock.begin();
        ticker.advance(Duration.ofSeconds(1));

        assertThat(clock.takeOver()).containsExactly(WorkKind.STREAM);
        assertThat(clock.takeOver()).isEmpty();
        assertThat(clock.untilNext()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void limit_longerThanTheDrain_isNoMoreThanTheDrain() {
        assertThat(clock.remaining(WorkKind.JOB)).isEqualTo(Duration.ofSeconds(21));
    }
}
