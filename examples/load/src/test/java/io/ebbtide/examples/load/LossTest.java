package io.ebbtide.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LossTest {
    @ParameterizedTest
    @CsvSource({
        "200, OK, ",
        "302, Found, ",
        "404, Not Found, ",
        "499, , ",
        "500, Internal Server Error, SERVER_ERROR",
        "503, Service Unavailable, SERVER_ERROR",
        "Non HTTP response code: java.net.ConnectException, Connection refused, REFUSED",
        "Non HTTP response code: org.apache.http.conn.HttpHostConnectException, Connect to x failed: Connection refused, REFUSED",
        "Non HTTP response code: java.net.SocketException, Connection reset, CUT",
        "Non HTTP response code: java.net.SocketException, Broken pipe (Write failed), CUT",
        "Non HTTP response code: org.apache.http.NoHttpResponseException, x failed to respond, CUT",
        "Non HTTP response code: org.apache.http.ConnectionClosedException, Premature end of chunk, CUT",
        "Non HTTP response code: java.net.SocketTimeoutException, Read timed out, TIMEOUT",
        "Non HTTP response code: org.apache.http.conn.ConnectTimeoutException, Connect to x failed, TIMEOUT",
        "Non HTTP response code: java.net.UnknownHostException, shop, OTHER",
        "'', '', OTHER",
    })
    void of_whatJMeterSays_isTheKind(String code, String message, Loss expected) {
        assertThat(Loss.of(code, message == null ? "" : message)).isEqualTo(expected);
    }
}
