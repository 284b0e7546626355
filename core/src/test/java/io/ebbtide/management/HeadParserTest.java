package io.ebbtide.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HeadParserTest {
    @Test
    void parse_ofAProbe_readsWhatMatters() throws Exception {
        RequestHead head =
                parse("GET /health/live?verbose HTTP/1.1|Host: pod|User-Agent: kube-probe/1.32|ACCEPT:  */* ||");

        assertThat(head.method()).isEqualTo("GET");
        assertThat(head.path()).isEqualTo("/health/live");
        assertThat(head.header("Accept")).isEqualTo("*/*");
        assertThat(head.header("Missing")).isEmpty();
        assertThat(head.contentLength()).isZero();
        assertThat(head.keepAlive()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"http://host:80/health/live?a, /health/live", "HTTP://host, /"})
    void parse_ofTheAbsoluteForm_takesItsPath(String target, String path) throws Exception {
        assertThat(parse("GET " + target + " HTTP/1.1||").path()).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1||, true",
        "GET / HTTP/1.1|Connection: close||, false",
        "GET / HTTP/1.1|Connection: close|Connection: TE||, false",
        "GET / HTTP/1.1|Connection: TE| ||, true",
        "GET / HTTP/1.1|Connection: x-close||, true",
        "GET / HTTP/1.1|Connection: disclosed||, true",
        "'GET / HTTP/1.1|Connection: TE , CLOSE||', false",
        "GET / HTTP/1.0||, false"
    })
    void parse_ofConnection_saysWhetherItStays(String head, boolean keepAlive) throws Exception {
        assertThat(parse(head.replace("| ||", "||")).keepAlive()).isEqualTo(keepAlive);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "GET /||; 400; invalid request line",
                "GET  / HTTP/1.1||; 400; invalid request line",
                "G(T / HTTP/1.1||; 400; invalid request line",
                "GET / HTTP/2.0||; 505; not HTTP/1.0 or HTTP/1.1",
                "GET ftp://host/ HTTP/1.1||; 400; the target is not a path",
                "GET / HTTP/1.1|Host: a\u0000b||; 400; control characters in a header",
                "GET /a\u007f HTTP/1.1||; 400; the target is not a path",
                "GET / HTTP/1.1|no colon||; 400; invalid header line",
                "GET / HTTP/1.1|Folded: a| b||; 400; invalid header line",
                "GET / HTTP/1.1|Space : a||; 400; invalid header line",
                "POST / HTTP/1.1|Content-Length: 1|Content-Length: 2||; 400; more than one Content-Length",
                "POST / HTTP/1.1|Content-Length: +1||; 400; invalid Content-Length",
                "POST / HTTP/1.1|Content-Length: 99999999999||; 400; invalid Content-Length",
                "POST / HTTP/1.1|Content-Length: 8193||; 413; body too large",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||; 411; a body needs a Content-Length here"
            })
    void parse_ofWhatIsOdd_isRefused(String head, int status, String reason) {
        assertThatThrownBy(() -> parse(head)).isInstanceOfSatisfying(BadRequest.class, e -> {
            assertThat(e.status()).isEqualTo(status);
            assertThat(e.reason()).isEqualTo(reason);
        });
    }

    @Test
    void lengthOfHead_isKnownOnceTheEmptyLineCame() throws Exception {
        byte[] bytes = "GET / HTTP/1.1\r\nA: b\r\n\r\nbody".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(HeadParser.lengthOfHead(bytes, bytes.length)).isEqualTo(24);
        assertThat(HeadParser.lengthOfHead(bytes, 23)).isEqualTo(-1);
        assertThat(HeadParser.lengthOfHead(new byte[0], 0)).isEqualTo(-1);
    }

    @Test
    void lineFeedWithoutCarriageReturn_isRefused_asSoonAsItComes() {
        for (String head :
                List.of("GET / HTTP/1.1\n\n", "GET / HTTP/1.1\n", "\n", "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n")) {
            byte[] bytes = head.getBytes(StandardCharsets.ISO_8859_1);

            assertThatThrownBy(() -> HeadParser.lengthOfHead(bytes, bytes.length))
                    .isInstanceOfSatisfying(BadRequest.class, e -> {
                        assertThat(e.status()).isEqualTo(400);
                        assertThat(e.reason()).isEqualTo("a line feed without a carriage return");
                    });
        }
    }

    @Test
    void emptyLinesBeforeTheHead_doNotCount() {
        byte[] bytes = "\r\n\r\nGET".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(HeadParser.lengthOfEmptyLines(bytes, bytes.length)).isEqualTo(4);
        assertThat(HeadParser.lengthOfEmptyLines(bytes, 3)).isEqualTo(2);
        assertThat(HeadParser.lengthOfEmptyLines(bytes, 1)).isZero();
    }

    /** Lines are separated by bars. */
    private static RequestHead parse(String head) throws BadRequest {
        byte[] bytes = head.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return HeadParser.parse(bytes, bytes.length);
    }
}
