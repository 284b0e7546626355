package io.ebbtide.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.health.Health;
import io.ebbtide.health.HealthControl;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Ticker;
import io.ebbtide.probe.ProbeAnswers;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.sequence.Plan;
import io.ebbtide.spi.Probes;
import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.RawClient;
import io.ebbtide.testing.TestTimeouts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ManagementServerTest {
    private static final CountDownLatch RELEASE_SCRAPES = new CountDownLatch(1);

    private static Ebbtide service;

    @BeforeAll
    static void start() {
        service = Ebbtide.builder("orders")
                .management(0)
                .scrape(ManagementServerTest::scrape)
                .build()
                .start();
    }

    @AfterAll
    static void stop() {
        RELEASE_SCRAPES.countDown();
        service.close();
    }

    @Test
    void get_ofAProbe_isAnsweredWithAllHeaders() throws Exception {
        String answer = ask("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Content-Type: application/json\r\n")
                .contains("Cache-Control: no-store\r\n")
                .contains("X-Content-Type-Options: nosniff\r\n")
                .contains("Content-Length: 15\r\n")
                .contains("Connection: close\r\n")
                .endsWith("\r\n\r\n{\"status\":\"UP\"}");
    }

    /** RFC 9110, section 9.3.2: bytes after the head would be read as the next answer. */
    @ParameterizedTest
    @CsvSource({
        "'HEAD /health/live HTTP/1.1\r\nno colon\r\n\r\n', 400",
        "'HEAD /nowhere HTTP/1.1\r\nConnection: close\r\n\r\n', 404",
        "'HEAD /health/live HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n', 411",
        "'HEAD /health/live HTTP/1.1\r\nContent-Length: 99999\r\n\r\n', 413",
        "'HEAD /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400",
        "'HEAD /health/live HTTP/1.1\nHost: a\n\n', 400",
        "'HEAD /health/live HTTP/3.0\r\n\r\n', 505",
    })
    void head_thatIsRefused_isAnsweredWithoutBody(String request, int status) throws Exception {
        String answer = ask(request.replace("\\r", "\r").replace("\\n", "\n"));

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").endsWith("Connection: close\r\n\r\n");
        assertThat(answer.indexOf("\r\n\r\n")).isEqualTo(answer.length() - 4);
        assertThat(answer).doesNotContain("Content-Length: 0\r\n");
    }

    @Test
    void head_thatIsTooLarge_isAnsweredWithoutBody() throws Exception {
        String answer = ask("HEAD /health/live HTTP/1.1\r\nX: " + "x".repeat(9_000));

        assertThat(answer).startsWith("HTTP/1.1 431 ").endsWith("Connection: close\r\n\r\n");
    }

    /** The first record of a handshake, which has no line feed, so the head never ends. */
    @Test
    void tls_isAnsweredAtOnce_inPlainHttp() throws Exception {
        String answer = ask("\u0016\u0003\u0001\u0000\u00f8\u0001\u0000\u0000\u00f4\u0003\u0003");

        assertThat(answer)
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .endsWith("\r\n\r\nthis port speaks plain HTTP, not TLS\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", " GET", "(", "\rG", "\u00ff\u00ff", "\r\n\u0016\u0003\u0001"})
    void bytes_thatBeginNoRequest_areRefusedAtOnce(String bytes) throws Exception {
        assertThat(ask(bytes)).startsWith("HTTP/1.1 400 Bad Request\r\n");
    }

    /** The name localhost is ::1 first for busybox' wget, which checks containers. */
    @Test
    void loopback_isBoth() throws Exception {
        assumeTrue(hasIpv6Loopback(), "no ::1 on this machine");
        try (var socket = new Socket(ipv6Loopback(), service.managementPort())) {
            socket.getOutputStream().write("GET /health/live HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    private static InetAddress ipv6Loopback() throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    }

    private static boolean hasIpv6Loopback() {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(ipv6Loopback(), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void head_hasTheSameHeadersWithoutBody() throws Exception {
        assertThat(ask("HEAD /health/live HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Content-Length: 15\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void post_isNotAllowed_andItsBodyIsThrownAway() throws Exception {
        try (var client = new RawClient(service.managementPort())) {
            client.send("POST /health/ready HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET /nowhere HTTP/1.1\r\n"
                    + "Connection: close\r\n\r\n");

            assertThat(client.readAll())
                    .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
                    .contains("Allow: GET, HEAD, OPTIONS\r\n")
                    .contains("\r\n\r\nHTTP/1.1 404 Not Found\r\n")
                    .endsWith(
                            "not found; known paths: /health, /health/live, /health/ready, /health/startup, /metrics\n");
        }
    }

    /** As sent by HAProxy's plain "option httpchk". */
    @Test
    void options_isAnsweredLikeHead_withTheMethods() throws Exception {
        assertThat(ask("OPTIONS /health/live HTTP/1.0\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Allow: GET, HEAD, OPTIONS\r\n")
                .contains("Content-Length: 0\r\n")
                .endsWith("\r\n\r\n");
    }

    /** The client still sends its body after the answer, and then another request, which is not answered. */
    @Test
    void clientThatWaitsWithItsBody_isAnsweredAtOnce_andLosesTheConnection() throws Exception {
        try (var client = new RawClient(service.managementPort())) {
            client.send("POST /health/ready HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
                    .contains("Connection: close\r\n");
            client.send("helloGET /health/live HTTP/1.1\r\n\r\n");

            assertThat(client.readAll()).isEmpty();
        }
        assertThat(ask("POST /health/ready HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"
                        + "GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405")
                .contains("HTTP/1.1 200 OK");
    }

    @Test
    void emptyLinesBeforeARequest_areIgnored_andBareLineFeedsAreNot() throws Exception {
        assertThat(
                        ask("\r\n\r\nGET /health/live HTTP/1.1\r\n\r\n\r\nGET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n")
                                .split("HTTP/1.1 200 OK", -1))
                .hasSize(3);
        assertThat(ask("GET /health/live HTTP/1.1\nHost: a\n\n"))
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .contains("a line feed without a carriage return");
    }

    @Test
    void keepAlive_servesOneAfterTheOther_pipelinedToo() throws Exception {
        try (var client = new RawClient(service.managementPort())) {
            for (int i = 0; i < 100; i++) {
                client.send("GET /health/live HTTP/1.1\r\n\r\n");
                assertThat(client.readUntil("{\"status\":\"UP\"}")).startsWith("HTTP/1.1 200");
            }
            client.send("GET /health/live HTTP/1.1\r\n\r\n".repeat(50) + "GET /health HTTP/1.0\r\n\r\n");
            assertThat(client.readAll().split("HTTP/1.1 200 OK", -1)).hasSize(52);
        }
    }

    @Test
    void head_thatIsTooLarge_isRefused() throws Exception {
        assertThat(ask("GET /health/live HTTP/1.1\r\nX: " + "x".repeat(9_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n");
    }

    @Test
    void garbage_isRefusedAndTheConnectionEnds() throws Exception {
        assertThat(ask("\u0016\u0003\u0001 TLS?\r\n\r\n")).startsWith("HTTP/1.1 400 Bad Request\r\n");
    }

    @Test
    void metrics_areScrapedInTheFormatAskedFor() throws Exception {
        assertThat(ask("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n")
                .endsWith("\r\n\r\ntext/plain; version=0.0.4; charset=utf-8");
        assertThat(ask(
                        "GET /metrics HTTP/1.1\r\nConnection: close\r\nAccept: application/openmetrics-text;version=1.0.0,"
                                + "text/plain;q=0.5\r\n\r\n"))
                .contains("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n");
        assertThat(ask("HEAD /metrics HTTP/1.1\r\nConnection: close\r\n\r\n")).endsWith("\r\n\r\n");
        assertThat(ask("DELETE /metrics HTTP/1.1\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 405");
    }

    @Test
    void scrapes_thatHang_delayNoProbe_andDoNotPileUp() throws Exception {
        try (Ebbtide other = Ebbtide.builder("slow")
                .management(0)
                .scrape(type -> {
                    await(RELEASE_SCRAPES);
                    return "done";
                })
                .build()
                .start()) {
            List<RawClient> scrapers = new ArrayList<>();
            for (int i = 0; i < Scrapes.MAX_WAITING + 12; i++) {
                var client = new RawClient(other.managementPort());
                client.send("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n");
                scrapers.add(client);
            }

            Awaitility.await().until(() -> answered(scrapers).size() == 11);
            assertThat(answered(scrapers).get(0).readAll()).startsWith("HTTP/1.1 503 Service Unavailable\r\n");
            try (var client = new RawClient(other.managementPort())) {
                client.send("GET /health/live HTTP/1.1\r\n\r\n");
                assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
            }
            for (RawClient scraper : scrapers) {
                scraper.close();
            }
        }
    }

    @Test
    void scrape_thatFails_says500AndNothingElse() throws Exception {
        try (Ebbtide other = Ebbtide.builder("broken")
                .management(0)
                .scrape(type -> {
                    throw new NoClassDefFoundError("password=s3cret");
                })
                .build()
                .start()) {
            try (var client = new RawClient(other.managementPort())) {
                client.send("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n");
                assertThat(client.readAll())
                        .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
                        .endsWith("the metrics could not be read; see the log\n");
            }
        }
    }

    /** In virtual time: a probe that waited for a slow client would wait for ever. */
    @Test
    void clientsThatSendAByteASecond_keepNoProbeWaiting() throws Exception {
        var ticker = new FakeTicker();
        var log = new BackgroundLog("test-log", Ticker.system());
        var server = new ManagementServer("slow", "127.0.0.1", 0, probes(log, ticker), null, log, ticker);
        server.start();
        List<RawClient> slow = new ArrayList<>();
        try (var kept = new RawClient(server.port())) {
            for (int i = 0; i < 50; i++) {
                slow.add(new RawClient(server.port()));
            }
            for (String next : List.of("G", "E")) {
                for (RawClient client : slow) {
                    client.send(next);
                }
                for (int i = 0; i < 10; i++) {
                    assertThat(probe(server.port())).startsWith("HTTP/1.1 200");
                }
                awaitTurn(kept);
                ticker.advance(Duration.ofMillis(999));
            }
            RawClient inTime = slow.remove(49);
            inTime.send("T /health/live HTTP/1.1\r\nConnection: close\r\n\r\n");
            assertThat(inTime.readAll()).as("after 1,998 ms").startsWith("HTTP/1.1 200");
            inTime.close();
            ticker.advance(Duration.ofMillis(2));
            assertThat(probe(server.port())).startsWith("HTTP/1.1 200");

            for (RawClient client : slow) {
                assertThat(client.readAll()).as("cut off after 2 s").isEmpty();
            }
        } finally {
            for (RawClient client : slow) {
                client.close();
            }
            server.stop(TestTimeouts.HANG);
            log.close();
        }
    }

    /**
     * Waits until the loop has read all that was sent before. Several new connections may be answered in the turn that accepts
     * them, before one that sent its bytes earlier is read; two requests of an open one are answered in two turns.
     */
    private static void awaitTurn(RawClient open) throws IOException {
        for (int i = 0; i < 2; i++) {
            open.send("GET /health/live HTTP/1.1\r\n\r\n");
            open.readUntil("{\"status\":\"UP\"}");
        }
    }

    /** As when the heap is full for a moment. */
    @Test
    void loopThatFails_goesOn_andIsReportedOnce() throws Exception {
        var log = new BackgroundLog("failing-log", Ticker.system());
        var failures = new AtomicInteger();
        var ticker = new FakeTicker();
        Ticker failing = () -> {
            if (failures.getAndUpdate(remaining -> Math.max(0, remaining - 1)) > 0) {
                throw new OutOfMemoryError("on purpose");
            }
            return ticker.nanos();
        };
        var server = new ManagementServer("failing", "127.0.0.1", 0, probes(log, ticker), null, log, failing);
        server.start();
        try {
            assertThat(probe(server.port())).startsWith("HTTP/1.1 200");

            failures.set(20);
            try (var unlucky = new RawClient(server.port())) {
                Awaitility.await().until(() -> failures.get() == 0);
            }

            assertThat(probe(server.port())).startsWith("HTTP/1.1 200");
            assertThat(log.survived()).isPositive();
        } finally {
            server.stop(TestTimeouts.HANG);
            log.close();
        }
    }

    private static Probes probes(BackgroundLog log, FakeTicker ticker) {
        var health = new Health("slow", ticker, log);
        var plan = new Plan(
                "slow",
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                GraceBudget.of(Duration.ofSeconds(30), GraceBudget.Shares.DERIVED, Duration.ofSeconds(15)),
                LameDuckRules.defaults(),
                Map.of(),
                Map.of());
        return ProbeAnswers.probes(
                health, new Lifecycle(plan, new HealthControl(health), new InFlight(ticker), log, ticker), true);
    }

    @Test
    void clientsThatDoNotTakeTheirAnswer_keepNoProbeOut() throws Exception {
        List<RawClient> lingering = new ArrayList<>();
        for (int i = 0; i < Connections.MAX + 20; i++) {
            var client = new RawClient(service.managementPort());
            sendQuietly(client, "BAD\r\n\r\n");
            lingering.add(client);
        }

        assertThat(ask("GET /health/ready HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        for (RawClient client : lingering) {
            client.close();
        }
    }

    @Test
    void clientsBeyondTheCap_evictTheOnesThatWaitLongest() throws Exception {
        List<RawClient> idle = new ArrayList<>();
        for (int i = 0; i < Connections.MAX + 20; i++) {
            idle.add(new RawClient(service.managementPort()));
        }

        assertThat(ask("GET /health/ready HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(idle.get(0).readAll()).isEmpty();
        RawClient last = idle.get(idle.size() - 1);
        last.send("GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n");
        assertThat(last.readAll()).startsWith("HTTP/1.1 200");
        for (RawClient client : idle) {
            client.close();
        }
    }

    @Test
    void start_onAPortInUse_saysWhatToDo() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ebbtide other =
                    Ebbtide.builder("other").management(taken.getLocalPort()).build();

            assertThatThrownBy(other::start)
                    .hasMessage("the start of 'management server' of 'other' failed")
                    .cause()
                    .hasMessageMatching("managementPort: \\d+ on 127.0.0.1 cannot be bound, Address already in use"
                            + " \\(expected: a free port on an address of this machine; set EBBTIDE_MANAGEMENT_PORT, 0 for"
                            + " any, or EBBTIDE_MANAGEMENT_ADDRESS\\)");
        }
    }

    @Test
    void start_onAnAddressThatIsNotOurs_saysWhatToDo() {
        assertThatThrownBy(() -> at("192.0.2.1").start())
                .cause()
                .hasMessageContaining("managementPort: 0 on 192.0.2.1 cannot be bound");
        assertThatThrownBy(() -> at("no-such-host.invalid").start())
                .cause()
                .hasMessage(
                        "managementAddress: no-such-host.invalid (expected: an address or host name of this machine;"
                                + " set EBBTIDE_MANAGEMENT_ADDRESS)");
    }

    private static Ebbtide at(String address) {
        return Ebbtide.builder("other")
                .settings(Settings.derived().withManagementPort(0).withManagementAddress(address))
                .build();
    }

    private static String ask(String request) throws Exception {
        return ask(service.managementPort(), request);
    }

    private static String probe(int port) throws Exception {
        return ask(port, "GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n");
    }

    private static String ask(int port, String request) throws Exception {
        try (var client = new RawClient(port)) {
            client.send(request);
            return client.readAll();
        }
    }

    private static List<RawClient> answered(List<RawClient> clients) {
        return clients.stream().filter(RawClient::hasSomethingToRead).toList();
    }

    private static String scrape(String type) {
        return type;
    }

    private static void sendQuietly(RawClient client, String text) {
        try {
            client.send(text);
        } catch (IOException e) {
            // cut off, as expected
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
