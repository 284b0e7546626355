package io.ebbtide.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WebSocketUpgradeTest {
    @ParameterizedTest
    @CsvSource({"websocket, true", "WebSocket, true", "h2c, false", "'', false", ", false"})
    void isRequestedBy_theProtocol_inAnyCase(String protocol, boolean requested) {
        assertThat(WebSocketUpgrade.isRequestedBy(protocol)).isEqualTo(requested);
    }
}
