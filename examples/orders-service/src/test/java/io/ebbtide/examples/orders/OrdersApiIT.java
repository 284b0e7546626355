package io.ebbtide.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The service as its users see it. */
final class OrdersApiIT {
    /** Reached by a broken product alone. */
    private static final Duration HANG = Duration.ofMinutes(2);

    private static ServiceProcess service;
    private static int port;
    private static int managementPort;

    @BeforeAll
    static void start() throws InterruptedException {
        service = JavaLauncher.of(OrdersService.class)
                .environment("ORDERS_PORT", "0")
                .environment("ORDERS_STORES", "memory")
                .environment("EBBTIDE_MANAGEMENT_PORT", "0")
                .start();
        port = awaitPort();
        managementPort = Integer.parseInt(service.awaitLine("answers probes at http://127.0.0.1:(\\d+)/health", HANG)
                .group(1));
        service.awaitLine("'orders' is RUNNING", HANG);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void order_isTakenReadAndListed() throws Exception {
        WireResponse created = ask(WireRequest.post("/orders", "{\"item\":\"tide table\",\"quantity\":2}"));
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Content-Type")).isEqualTo("application/json");
        assertThat(created.body()).matches("\\{\"id\":\\d+,\"item\":\"tide table\",\"quantity\":2,\"at\":\"[^\"]+\"}");

        WireResponse read = ask(WireRequest.get(created.header("Location")));
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.body()).isEqualTo(created.body());

        assertThat(ask(WireRequest.get("/orders?limit=1")).body()).isEqualTo("[" + created.body() + "]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"quantity\":1}|422|item: missing (expected: a text of 1 to 100 characters, not blank)",
                "{\"item\":\" \",\"quantity\":1}|422|item: \\\" \\\" (expected: a text of 1 to 100 characters, not blank)",
                "{\"item\":\"a\",\"quantity\":0}|422|quantity: 0 (expected: a whole number from 1 to 1000)",
                "{\"item\":\"a\",\"quantity\":\"2\"}|422|quantity: \\\"2\\\" (expected: a whole number from 1 to 1000)",
                "[1]|422|item: missing (expected: a text of 1 to 100 characters, not blank)",
                "{|400|the body is not JSON: Unexpected end-of-input: expected close marker for Object",
                "''|422|item: missing (expected: a text of 1 to 100 characters, not blank)"
            })
    void order_thatIsWrong_isRefusedWithTheReason(String body, int status, String reason) throws Exception {
        WireResponse response = ask(WireRequest.post("/orders", body));

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).startsWith("{\"error\":\"" + reason).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/orders/999999999|404|no order has the id 999999999",
                "GET|/orders/abc|400|id: abc (expected: a whole number from 1 to 9223372036854775807)",
                "GET|/orders?limit=0|400|limit: 0 (expected: a whole number from 1 to 1000)",
                "GET|/orders?delayMs=60001|400|delayMs: 60001 (expected: a whole number from 0 to 60000)",
                "GET|/elsewhere|404|unknown path (expected: /orders or /orders/{id})",
                "DELETE|/orders|405|DELETE (expected: GET, or POST of /orders)"
            })
    void request_thatIsWrong_isRefusedWithTheReason(String method, String path, int status, String reason)
            throws Exception {
        WireResponse response = ask(new WireRequest(method, path, null));

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).isEqualTo("{\"error\":\"" + reason + "\"}");
    }

    @Test
    void body_thatIsTooLarge_isRefused() throws Exception {
        String large = "{\"item\":\"" + "a".repeat(20_000) + "\",\"quantity\":1}";

        assertThat(ask(WireRequest.post("/orders", large)).status()).isEqualTo(413);
    }

    @Test
    void delay_isKept() throws Exception {
        long start = System.nanoTime();

        assertThat(ask(WireRequest.get("/orders?delayMs=300")).status()).isEqualTo(200);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(299));
    }

    @Test
    void probesAndMetrics_areOnTheManagementPort() throws Exception {
        assertThat(WireConnection.get(managementPort, "/health/ready").body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(WireConnection.get(port, "/health/ready").body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(WireConnection.get(managementPort, "/metrics").body())
                .contains("ebbtide_requests_total{kind=\"request\",service=\"orders\"}")
                .contains("ebbtide_inflight{kind=\"request\",service=\"orders\"} 0.0")
                .contains("ebbtide_state{service=\"orders\",state=\"running\"} 1.0");
    }

    private static WireResponse ask(WireRequest request) throws IOException {
        try (WireConnection connection = WireConnection.open(port, HANG)) {
            return connection.exchange(request);
        }
    }

    private static int awaitPort() throws InterruptedException {
        return Integer.parseInt(service.awaitLine("\\bport=(\\d+)", HANG).group(1));
    }
}
