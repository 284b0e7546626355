package io.ebbtide.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MutantsTest {
    @Test
    void sameSeed_makesTheSameMutants() {
        assertThat(shown(1)).isEqualTo(shown(1)).isNotEqualTo(shown(2));
    }

    @Test
    void mutants_areOfEachKind() {
        var mutants = new Mutants(1);
        List<Mutant> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add(mutants.next());
        }

        assertThat(many).anyMatch(Mutant::isReset);
        assertThat(many).anyMatch(mutant -> mutant.parts().size() > 1);
        assertThat(many).anyMatch(mutant -> mutant.requests() > 1);
        assertThat(many).anyMatch(mutant -> mutant.toString().contains("Transfer-Encoding"));
        assertThat(many)
                .anyMatch(mutant -> mutant.toString().startsWith("\"GET /plain HTTP/1.1\\r\\nHost: localhost\\r\\n"));
    }

    @Test
    void difference_isAllowedForAProbeAlone() {
        String notFound = "HTTP/1.1 404 Not Found\r\n\r\n";
        String refused = "HTTP/1.1 400 Bad Request\r\n\r\n";
        String plain = "HTTP/1.1 200 OK\r\n\r\nplain";
        String probe = "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\n\r\n{\"status\":\"UP\"}";

        assertThat(allowed(notFound, probe)).isTrue();
        assertThat(allowed(plain + notFound, plain + probe)).isTrue();
        assertThat(allowed("", plain + probe)).as("Undertow drops both").isTrue();
        assertThat(allowed("", "{\"status\":\"UP\"}")).as("HTTP/0.9").isTrue();
        assertThat(allowed(refused, probe))
                .as("the fault that Tomcat's adapter had")
                .isFalse();
        assertThat(allowed(notFound, plain)).isFalse();
        assertThat(allowed(notFound, "")).isFalse();
        assertThat(allowed("", plain)).isFalse();
        assertThat(allowed("", probe + plain.replace("200", "201"))).isFalse();
        assertThat(allowed(plain + notFound, probe)).isFalse();
    }

    @Test
    void difference_afterAProbe_isAllowedWhereTheBareServerClosesAfterItsError() {
        String closing = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n";
        String notFound = "HTTP/1.1 404 Not Found\r\n\r\n";
        String refused = "HTTP/1.1 400 Bad Request\r\n\r\n";
        String plain = "HTTP/1.1 200 OK\r\n\r\nplain";
        String probe = "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\n\r\n{\"status\":\"UP\"}";

        assertThat(allowed(closing, probe + refused)).isTrue();
        assertThat(allowed(plain + closing, plain + probe + refused)).isTrue();
        assertThat(allowed(notFound, probe + refused))
                .as("the connection stays open")
                .isFalse();
        assertThat(allowed(closing, plain + refused)).as("no probe").isFalse();
    }

    @Test
    void interimAnswerAlone_isNone() {
        assertThat(answers("HTTP/1.1 100 Continue\r\n\r\n").classes())
                .isEqualTo(answers("").classes());
        assertThat(answers("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
                        .classes())
                .isEqualTo("[2]");
    }

    private static boolean allowed(String bare, String seen) {
        return AllowedDifference.of(answers(bare), answers(seen)) != null;
    }

    private static Answers answers(String text) {
        return Answers.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static List<String> shown(long seed) {
        var mutants = new Mutants(seed);
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            shown.add(mutants.next().toString());
        }
        return shown;
    }
}
