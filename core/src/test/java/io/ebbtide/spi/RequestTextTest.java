package io.ebbtide.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RequestTextTest {
    @Test
    void name_hasNoPathParameters() {
        assertThat(RequestText.name("GET", "/orders;jsessionid=1A2B/7")).isEqualTo("GET /orders/7");
        assertThat(RequestText.path("/orders;v=1")).isEqualTo("/orders");
    }

    @Test
    void line_hasNoSecretsAndNoLineBreaks() {
        assertThat(RequestText.line("GET /a\nERROR forged")).isEqualTo("GET /a\\u000aERROR forged");
        assertThat(RequestText.line("GET http://user:secret@host/")).doesNotContain("secret");
    }

    @Test
    void trace_hasTheClassTheMessageWithoutSecretsAndTheFrames() {
        assertThat(RequestText.trace(new IllegalStateException("password=secret")))
                .startsWith("IllegalStateException: password=***")
                .contains("\n    at ")
                .doesNotContain("secret");
    }
}
