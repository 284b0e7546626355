package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RedactTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cannot reach redis://me:s3cret@cache:6379/0 | cannot reach redis://***@cache:6379/0",
                "jdbc:postgresql://db/orders?user=a&password=s3cret&ssl=true | jdbc:postgresql://db/orders?user=a&password=***&ssl=true",
                "API_KEY: s3cret is wrong | API_KEY: *** is wrong",
                "redis://me:p@ss@cache | redis://***@cache",
                "{\"password\":\"s3cret, and more\",\"a\":1} | {\"password\":***,\"a\":1}",
                "Authorization: Bearer abc.def | Authorization: *** ***",
                "sent Basic bWU6cHc= to it | sent Basic *** to it",
                "password='my secret' is wrong | password=*** is wrong",
                "connection refused | connection refused"
            },
            quoteCharacter = '`')
    void text_withCredentials_losesThemAlone(String text, String expected) {
        assertThat(Redact.text(text)).isEqualTo(expected);
    }

    @Test
    void oneLine_ofNestedFailure_namesBothInOneLine() {
        var failure = new IllegalStateException("no\nconnection", new RuntimeException("token=abc"));

        assertThat(Redact.oneLine(failure))
                .isEqualTo("IllegalStateException: no connection, caused by RuntimeException: token=***");
    }

    @Test
    void trace_ofNestedFailure_showsFramesOfBothWithoutSecrets() {
        var failure = new IllegalStateException("outer", new RuntimeException("password=abc"));

        assertThat(Redact.trace(failure))
                .startsWith("IllegalStateException: outer\n    at io.ebbtide.internal.RedactTest.")
                .contains("\ncaused by RuntimeException: password=***\n    at ")
                .doesNotContain("abc");
    }

    @Test
    void oneLine_ofAMessageThatFails_tellsThat() {
        var failure = new IllegalStateException() {
            private static final long serialVersionUID = 1;

            @Override
            public String getMessage() {
                throw new UnsupportedOperationException("on purpose");
            }
        };

        assertThat(Redact.oneLine(failure)).isEqualTo(": (its message failed: UnsupportedOperationException)");
    }
}
