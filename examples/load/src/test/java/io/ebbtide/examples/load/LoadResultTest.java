package io.ebbtide.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

final class LoadResultTest {
    private static final int SECONDS = 40;
    private static final int RATE = 10;

    /** A soak of ten requests per second, and how many requests had ended at each second. */
    private static LoadResult result(IntUnaryOperator endedBySecond) {
        var target = new Target(Target.uri("http://127.0.0.1:1/"), "GET", null, Map.of());
        var schedule = new Schedule(List.of(new Stage("soak", RATE, RATE, Duration.ofSeconds(SECONDS))));
        var plan = new LoadPlan(target, Profile.SOAK, schedule, 5, 0, Duration.ofSeconds(1));
        var moments = new ArrayList<Moment>();
        Tally.Counts none = new Tally.Counts(0, 0, 0, 0, 0, 0);
        for (int second = 1; second <= 2 * SECONDS; second++) {
            int ended = endedBySecond.applyAsInt(second);
            moments.add(new Moment(
                    Instant.EPOCH,
                    Duration.ofSeconds(second),
                    Duration.ofSeconds(1),
                    "soak",
                    RATE,
                    none,
                    new Tally.Counts(ended, ended, 0, 0, ended, 0),
                    null,
                    null,
                    new ReplicaSample(null, null, null, null)));
        }
        return new LoadResult(
                plan,
                new Tally.Counts(400, 400, 0, 0, 400, 0),
                Duration.ZERO,
                Duration.ZERO,
                Map.of(),
                Map.of(),
                moments,
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void notes_ofALoadInTime_areNone() {
        assertThat(result(second -> Math.min(400, second * RATE)).notes()).isEmpty();
    }

    @Test
    void notes_ofALoadThatFellBehind_sayWhenAndHowMuch() {
        // Half the rate: by second 45 the schedule of 5 s before has asked for 400.
        assertThat(result(second -> Math.min(400, second * RATE / 2)).notes())
                .containsExactly(
                        "at second 45.0 the load was 175 requests behind its schedule: a client sends a request when its "
                                + "previous one has ended (--requests-per-connection 1: never waits)");
    }
}
