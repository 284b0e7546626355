package io.ebbtide.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HealthCheckersTest {
    @ParameterizedTest
    @CsvSource({
        "kube-probe/1.33, true",
        "ELB-HealthChecker/2.0, true",
        "Prometheus/2.42.0, true",
        "curl/8.5.0, false",
        "Mozilla/5.0 (like kube-probe/1.33), false",
        ", false"
    })
    void isOne_byTheFrontOfUserAgent(String userAgent, boolean checker) {
        assertThat(HealthCheckers.isOne(userAgent)).isEqualTo(checker);
    }
}
