package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.spi.ConnectionUse;
import org.junit.jupiter.api.Test;

final class ConnectionsTest {
    private final Connections connections = new Connections();

    @Test
    void use_isFirstOnce() {
        assertThat(connections.use("a")).isEqualTo(ConnectionUse.FIRST);
        assertThat(connections.use("a")).isEqualTo(ConnectionUse.AGAIN);
        assertThat(connections.use("b")).isEqualTo(ConnectionUse.FIRST);
    }

    @Test
    void use_amongManyOthers_isRememberedWhileItIsUsed() {
        connections.use("busy");
        connections.use("idle");
        for (int i = 0; i < 25_000; i++) {
            connections.use("other-" + i);
            if (i % 5_000 == 0) {
                assertThat(connections.use("busy")).isEqualTo(ConnectionUse.AGAIN);
            }
        }

        assertThat(connections.use("busy")).isEqualTo(ConnectionUse.AGAIN);
        assertThat(connections.use("idle")).as("forgotten").isEqualTo(ConnectionUse.FIRST);
    }
}
