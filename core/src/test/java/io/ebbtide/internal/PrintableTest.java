package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PrintableTest {
    @Test
    void line_ofHarmlessText_isTheSame() {
        String text = "GET /orders/\u00e9t\u00e9";

        assertThat(Printable.line(text)).isSameAs(text);
    }

    @Test
    void line_withWhatBreaksOrTurnsALine_escapesIt() {
        assertThat(Printable.line("a\r\nb\tc\u001b[2Jd\u2028e\u202ef"))
                .isEqualTo("a\\u000d\\u000ab\\u0009c\\u001b[2Jd\\u2028e\\u202ef");
    }

    @Test
    void path_withParameters_isTheSameWithoutThem() {
        assertThat(Printable.path("/orders/4711")).isEqualTo("/orders/4711");
        assertThat(Printable.path("/orders;jsessionid=secret")).isEqualTo("/orders");
        assertThat(Printable.path("/a;x=1;y=2/b/c;jsessionid=secret")).isEqualTo("/a/b/c");
        assertThat(Printable.path("/a;/")).isEqualTo("/a/");
    }

    @Test
    void line_thatIsLong_isCut() {
        assertThat(Printable.line("x".repeat(256))).hasSize(256);
        assertThat(Printable.line("x".repeat(257))).isEqualTo("x".repeat(256) + "...");
    }
}
