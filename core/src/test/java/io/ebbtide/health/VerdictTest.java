package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class VerdictTest {
    private static final CheckSchedule DOWN_AFTER_3 =
            new CheckSchedule(Duration.ofSeconds(5), Duration.ofSeconds(1), 3, 2, Duration.ofSeconds(30));

    @Test
    void after_successBetweenFailures_startsTheCountAgain() {
        Verdict verdict = new Verdict(true, 0)
                .after(false, DOWN_AFTER_3)
                .after(false, DOWN_AFTER_3)
                .after(true, DOWN_AFTER_3)
                .after(false, DOWN_AFTER_3)
                .after(false, DOWN_AFTER_3);

        assertThat(verdict).isEqualTo(new Verdict(true, 2));
    }

    @Test
    void after_enoughFailuresInARow_isDown() {
        Verdict verdict = new Verdict(true, 0)
                .after(false, DOWN_AFTER_3)
                .after(false, DOWN_AFTER_3)
                .after(false, DOWN_AFTER_3);

        assertThat(verdict).isEqualTo(new Verdict(false, 0));
    }

    @Test
    void after_oneSuccessOfTwo_isStillDown() {
        Verdict verdict = new Verdict(false, 0).after(true, DOWN_AFTER_3);

        assertThat(verdict).isEqualTo(new Verdict(false, 1));
        assertThat(verdict.after(true, DOWN_AFTER_3)).isEqualTo(new Verdict(true, 0));
        assertThat(verdict.after(false, DOWN_AFTER_3)).isEqualTo(new Verdict(false, 0));
    }

    @Test
    void first_decidesAlone() {
        assertThat(Verdict.first(true)).isEqualTo(new Verdict(true, 0));
        assertThat(Verdict.first(false)).isEqualTo(new Verdict(false, 0));
    }
}
