package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
import io.undertow.util.Headers;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is Undertow's own; what every adapter promises is in {@link UndertowContractIT}. */
final class UndertowSourceIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    static {
        Awaitility.setDefaultTimeout(SOON);
    }

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private UndertowSource source;
    private Ebbtide service;

    @BeforeEach
    void start() {
        HttpHandler handlers = Handlers.path()
                .addPrefixPath(
                        "/orders",
                        Handlers.routing()
                                .get(
                                        "/{id}",
                                        exchange -> exchange.getResponseSender().send("order"))
                                .get("/named", exchange -> {
                                    UndertowSource.ticket(exchange).route("/orders/named");
                                    exchange.getResponseSender().send("order");
                                }))
                .addExactPath("/plain", exchange -> exchange.getResponseSender().send("plain"))
                .addExactPath(
                        "/runnable",
                        exchange -> exchange.dispatch(() -> {
                            throw new NoClassDefFoundError("in a dispatched Runnable");
                        }))
                .addExactPath(
                        "/twice",
                        new BlockingHandler(exchange -> exchange.dispatch(() -> {
                            throw new IllegalStateException("in a Runnable that a worker dispatched");
                        })))
                .addExactPath(
                        "/within-runnable",
                        new BlockingHandler(exchange -> exchange.dispatch(() -> {
                            sendAPart(exchange.startBlocking().getOutputStream());
                            throw new IllegalStateException("in a Runnable that has begun to answer");
                        })))
                .addExactPath("/within-length", new BlockingHandler(exchange -> {
                    exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, 10);
                    sendAPart(exchange.getOutputStream());
                    throw new IllegalStateException("in a handler that has begun to answer");
                }))
                .addExactPath("/unsent", new BlockingHandler(exchange -> {
                    exchange.getOutputStream().write("unsent".getBytes(StandardCharsets.UTF_8));
                    throw new IllegalStateException("in a handler that has sent nothing yet");
                }));
        source = UndertowSource.of(Undertow.builder().addHttpListener(0, "127.0.0.1"), handlers)
                .ioThreads(2)
                .workerThreads(4);
        service = Ebbtide.builder("it")
                .serve(source)
                .metrics(registry)
                .settings(Settings.derived().withGrace(Duration.ofMinutes(2)).withLameDuck(Duration.ZERO))
                .build()
                .start();
    }

    private static void sendAPart(OutputStream out) {
        try {
            out.write("part ".getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() throws Exception {
        service.shutdown("end of test");
        service.awaitStopped(SOON);
    }

    @Test
    void requests_areTimedByTheRoutesTemplate() throws Exception {
        try (WireConnection client = connect()) {
            client.exchange("GET", "/orders/4711");
            client.exchange("GET", "/orders/named");
            client.exchange("GET", "/plain");
        }

        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(registry.find("http.server.requests").timers())
                                .extracting(timer -> timer.getId().getTag("uri"))
                                .containsExactlyInAnyOrder("/{id}", "/orders/named", "UNKNOWN"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/runnable", "/twice"})
    void dispatchedRunnable_thatThrows_isAnswered500AndCountedOnce(String path) throws Exception {
        try (WireConnection client = connect()) {
            for (int i = 0; i < 3; i++) {
                WireResponse response = client.exchange("GET", path);

                assertThat(response.status()).isEqualTo(500);
                assertThat(response.closes()).isFalse();
            }
        }

        assertThat(service.inFlight().total(WorkKind.REQUEST)).isEqualTo(3);
        awaitNothingInFlight();
    }

    @Test
    void whileShuttingDown_aDispatchedRunnableThatThrows_isAnsweredWithConnectionClose() throws Exception {
        try (WireConnection client = connect()) {
            client.exchange("GET", "/plain");
            Ticket work = beginShutdown();

            WireResponse response = client.exchange("GET", "/runnable");

            assertThat(response.status()).isEqualTo(500);
            assertThat(response.closes()).isTrue();
            assertThat(client.isEnded()).isTrue();
            work.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/within-runnable", "/within-length"})
    void handler_thatFailsWithinItsAnswer_truncatesIt(String path) throws Exception {
        try (WireConnection client = connect()) {
            assertThatThrownBy(() -> client.exchange("GET", path))
                    .isInstanceOfAny(EOFException.class, SocketException.class);
        }

        awaitNothingInFlight();
        assertThat(service.inFlight().total(WorkKind.REQUEST)).isEqualTo(1);
    }

    @Test
    void handler_thatFailsBeforeAnythingWasSent_isAnsweredWholly() throws Exception {
        try (WireConnection client = connect()) {
            assertThat(client.exchange("GET", "/unsent").status()).isEqualTo(500);
            assertThat(client.exchange("GET", "/plain").body()).isEqualTo("plain");
        }
    }

    @Test
    void load_whilePortsAreClosed_reportsOpenConnections() throws Exception {
        try (WireConnection client = connect()) {
            client.exchange("GET", "/plain");
            Ticket work = beginShutdown();
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThatThrownBy(() -> connect().close()).isInstanceOf(IOException.class));

            Awaitility.await().untilAsserted(() -> assertThat(source.load()).isEqualTo(new SourceLoad(1, 0, 4, 0)));
            work.close();
        }
    }

    @Test
    void connection_thatIsIdleForTooLong_isClosed() throws Exception {
        var brief = UndertowSource.of(
                        Undertow.builder().addHttpListener(0, "127.0.0.1"), ResponseCodeHandler.HANDLE_200)
                .idleTimeout(Duration.ofSeconds(1));
        try (Ebbtide other = Ebbtide.builder("brief").serve(brief).build().start();
                WireConnection client = WireConnection.open(brief.port(), SOON)) {
            assertThat(client.exchange("GET", "/").status()).isEqualTo(200);

            assertThat(client.isEnded()).isTrue();
            assertThat(other.inFlight().count()).isZero();
        }
    }

    @Test
    void probe_thatExpectsContinueWithoutContent_isTheLastOfItsConnection() throws Exception {
        try (WireConnection client = connect()) {
            client.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\nhello");

            WireResponse response = client.read(false);

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.closes()).isTrue();
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void probe_thatExpectsContinueWithContent_keepsTheConnectionOpen() throws Exception {
        try (WireConnection client = connect()) {
            client.send("POST /health/live HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 5\r\n\r\nhello");

            assertThat(client.read(false).status()).isEqualTo(405);
            assertThat(client.exchange("GET", "/plain").body()).isEqualTo("plain");
        }
    }

    @Test
    void start_onAPortInUse_saysSo() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            Ebbtide other = Ebbtide.builder("other")
                    .serve(UndertowSource.http(taken.getLocalPort(), exchange -> {}))
                    .build();

            assertThatThrownBy(other::start)
                    .hasMessageMatching("the start of http:\\d+ of 'other' failed")
                    .cause()
                    .hasMessageMatching(
                            "http:\\d+ cannot be bound, Address already in use \\(expected: a free port on an"
                                    + " address of this machine\\)");
        }
    }

    @Test
    void settings_thatMakeNoSense_areRefused() {
        assertThatThrownBy(() -> UndertowSource.http(70_000, exchange -> {}))
                .hasMessage("port: 70000 (expected: 0 to 65535)");
        assertThatThrownBy(() -> UndertowSource.http(0, exchange -> {}).workerThreads(0))
                .hasMessage("workerThreads: 0 (expected: >= 1)");
        assertThatThrownBy(() -> UndertowSource.http(0, exchange -> {}).idleTimeout(Duration.ZERO))
                .hasMessage("idleTimeout: PT0S (expected: 1 ms to 1 day)");
    }

    /** Something else is in flight, so the service goes on draining. */
    private Ticket beginShutdown() {
        Ticket work = service.inFlight().enter(WorkKind.JOB, "keeps it draining");
        service.shutdown("test");
        Awaitility.await().until(() -> service.state() == LifecycleState.DRAINING);
        return work;
    }

    private void awaitNothingInFlight() {
        Awaitility.await().until(() -> service.inFlight().count() == 0);
    }

    private WireConnection connect() throws IOException {
        return WireConnection.open(source.port(), SOON);
    }
}
