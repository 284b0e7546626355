package io.ebbtide.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class MeterRulesTest {
    @Test
    void buckets_thatDoNotRise_areRefused() {
        assertThatThrownBy(() -> MeterRules.defaults().withBuckets(Duration.ofMillis(50), Duration.ofMillis(50)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("buckets: [PT0.05S, PT0.05S] (expected: in ascending order, the first > 0)");
    }

    @Test
    void buckets_thatAreTooMany_areRefused() {
        var many = new Duration[31];
        for (int i = 0; i < many.length; i++) {
            many[i] = Duration.ofMillis(i + 1);
        }

        assertThatThrownBy(() -> MeterRules.defaults().withBuckets(many))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("buckets: 31 (expected: at most 30)");
    }

    @Test
    void limit_belowOne_isRefused() {
        assertThatThrownBy(() -> MeterRules.defaults().withInFlightLimit(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("inFlightLimit: 0 (expected: >= 1)");
    }

    @Test
    void withoutRequests_keepsTheRest() {
        MeterRules rules = MeterRules.defaults().withInFlightLimit(80).withoutRequests();

        assertThat(rules.requests()).isNull();
        assertThat(rules.inFlightLimit()).isEqualTo(80);
        assertThat(rules.buckets()).isEqualTo(MeterRules.defaults().buckets());
    }
}
