package io.ebbtide.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SourceArgumentsTest {
    @Test
    void values_withinTheirRange_areReturned() {
        assertThat(SourceArguments.present("a", "handler")).isEqualTo("a");
        assertThat(SourceArguments.text("web", "name")).isEqualTo("web");
        assertThat(SourceArguments.port(0)).isZero();
        assertThat(SourceArguments.port(65_535)).isEqualTo(65_535);
        assertThat(SourceArguments.threads(1, "ioThreads")).isEqualTo(1);
        assertThat(SourceArguments.idleTimeout(Duration.ofMillis(1))).isEqualTo(Duration.ofMillis(1));
        assertThat(SourceArguments.idleTimeout(Duration.ofDays(1))).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void values_outsideTheirRange_areRefusedByName() {
        assertThatThrownBy(() -> SourceArguments.present(null, "handler"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("handler: null (expected: not null)");
        assertThatThrownBy(() -> SourceArguments.text(" ", "name")).hasMessage("name: \" \" (expected: not blank)");
        assertThatThrownBy(() -> SourceArguments.port(-1)).hasMessage("port: -1 (expected: 0 to 65535)");
        assertThatThrownBy(() -> SourceArguments.port(65_536)).hasMessage("port: 65536 (expected: 0 to 65535)");
        assertThatThrownBy(() -> SourceArguments.threads(0, "ioThreads")).hasMessage("ioThreads: 0 (expected: >= 1)");
        assertThatThrownBy(() -> SourceArguments.idleTimeout(null))
                .hasMessage("idleTimeout: null (expected: not null)");
        assertThatThrownBy(() -> SourceArguments.idleTimeout(Duration.ofNanos(999_999)))
                .hasMessage("idleTimeout: PT0.000999999S (expected: 1 ms to 1 day)");
        assertThatThrownBy(() -> SourceArguments.idleTimeout(Duration.ofDays(2)))
                .hasMessage("idleTimeout: PT48H (expected: 1 ms to 1 day)");
    }

    @Test
    void exceptions_nameTheExpectedValue() {
        assertThat(SourceArguments.wrong("connectors", "none", "at least one"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("connectors: none (expected: at least one)");
        assertThat(SourceArguments.withoutTicket("request", "/orders;key=1", "a JettySource"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("request: /orders (expected: one that came through a JettySource)");
        assertThat(SourceArguments.ofGivenServer("workerThreads", 8, "of(tomcat)", "maxThreads of its connectors"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "workerThreads: 8 (expected: not set with of(tomcat); set maxThreads of its connectors instead)");
    }
}
