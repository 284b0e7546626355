package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testing.FakeTicker;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CheckTraitsTest {
    @Test
    void with_ofOneProperty_keepsAllOthers() {
        Runnable onTimeout = () -> {};
        Runnable onStop = () -> {};
        var evidence = new Evidence(new FakeTicker());
        var all = new CheckTraits(
                onTimeout,
                Outcome::up,
                onStop,
                CheckSchedule.defaults().withInterval(Duration.ofSeconds(7)),
                true,
                false,
                Set.of("stores"),
                true,
                evidence);

        CheckTraits same = all.with(draft -> {});
        CheckTraits other = all.with(draft -> draft.required = true);

        assertThat(same).isEqualTo(all);
        assertThat(other.onTimeout()).isSameAs(onTimeout);
        assertThat(other.onStop()).isSameAs(onStop);
        assertThat(other.required()).isTrue();
        assertThat(other.with(draft -> draft.required = false)).isEqualTo(all);
    }
}
