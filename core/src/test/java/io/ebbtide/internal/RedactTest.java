package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cannot reach redis://me:s3cret@cache:6379/0 | cannot reach redis://***@cache:6379/0",
                "jdbc:postgresql://db/orders?user=a&password=s3cret&ssl=true | jdbc:postgresql://db/orders?user=a&password=***&ssl=true",
                "API_KEY: s3cret is wrong | API_KEY: *** is wrong",
                "redis://me:p@ss@cache | redis://***@cache",
                "{\"password\":\"s3cret, and more\",\"a\":1} | {\"password\":\"***\",\"a\":1}",
                "Authorization: Bearer abc.def | Authorization: Bearer ***",
                "sent Basic bWU6cHc= to it | sent Basic *** to it",
                "password='my secret' is wrong | password='***' is wrong",
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

        assertThat(Redact.trace(failure).text())
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "jdbc:oracle:thin:scott/tiger@db:1521:x | jdbc:oracle:thin:***@db:1521:x",
                "url=jdbc:sqlserver://h;user=sa;password={a;b}}c};encrypt=true | url=jdbc:sqlserver://h;user=sa;password={***};encrypt=true",
                "redis://:a/b@host:6379 | redis://***@host:6379",
                "redis://u:a b@host:6379 | redis://***@host:6379",
                "https://host:8080/users/a@b.example | https://host:8080/users/a@b.example",
                "AccountName=a;AccountKey=x/y==;EndpointSuffix=c | AccountName=a;AccountKey=***;EndpointSuffix=c",
                "Cookie: a=b; c=d | Cookie: ***",
                "curl -H 'Authorization: Token abc' https://h | curl -H 'Authorization: Token ***' https://h",
                "java -Dspring.datasource.password=a -jar app.jar | java -Dspring.datasource.password=*** -jar app.jar",
                "password=a,b and more | password=*** and more",
                "{password=a, user=b} | {password=***, user=b}",
                "token: must not be empty | token: must not be empty",
                "Basic authentication is required | Basic authentication is required",
                "PWD=/app/run | PWD=/app/run",
                "Uid=sa;Pwd=a | Uid=sa;Pwd=***",
                "key q3Zx9LmT2vKp7WcR8nYb4HsJ6dGf1QaE | key ***",
                "chown -u 1000:1000 and image:1.4.2 on port 8080:80 | chown -u 1000:1000 and image:1.4.2 on port 8080:80"
            })
    void text_inAnyNotation_losesTheSecretAlone(String text, String expected) {
        assertThat(Redact.text(text)).isEqualTo(expected);
        assertThat(Redact.text(expected)).as("again").isEqualTo(expected);
    }

    @Test
    void value_ofANameThatSaysSo_isASecret() {
        assertThat(Redact.value("api-key", "x")).isEqualTo("***");
        assertThat(Redact.value("role", "primary")).isEqualTo("primary");
        assertThat(Redact.value("url", "redis://u:p@h")).isEqualTo("redis://***@h");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refresh token: connection reset",
                "cannot get a token: Connection refused by peer",
                "id token: signature mismatch after rotation",
                "request signature: wrong, as the clock differs"
            })
    void text_ofASentence_staysAsItIs(String text) {
        assertThat(Redact.text(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password: correct horse battery",
                "passphrase: correct horse",
                "secret: hunter two",
                "token: abc",
                "token: abcdefghijklmnopqrstuvwxyz is",
                "token: abc def=1"
            })
    void text_ofASecretThatIsAWord_losesIt(String text) {
        assertThat(Redact.text(text)).contains(": ***");
    }
}
