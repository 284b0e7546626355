package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.ExitCode;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.lifecycle.ShutdownReport;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One server with all kinds of handlers, in this JVM. */
final class UndertowSourceIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    private CountDownLatch release = new CountDownLatch(1);
    private final Queue<HttpServerExchange> parked = new ConcurrentLinkedQueue<>();
    private UndertowSource source;
    private Ebbtide service;

    @BeforeEach
    void start() {
        service = started(Settings.derived());
    }

    /** Half a second for what is in flight, then one more in which the service is still there. */
    private void restartWithShortDrain() throws Exception {
        stop();
        release = new CountDownLatch(1);
        service = started(Settings.derived()
                .withGrace(Duration.ofSeconds(8))
                .withLameDuck(Duration.ZERO)
                .withDrain(Duration.ofMillis(500)));
    }

    private Ebbtide started(Settings settings) {
        CountDownLatch released = release;
        HttpHandler handlers = Handlers.path()
                .addExactPath("/plain", exchange -> exchange.getResponseSender().send("plain"))
                .addExactPath("/empty", exchange -> exchange.setStatusCode(204))
                .addExactPath("/missing", exchange -> exchange.setStatusCode(404))
                .addExactPath("/fails", exchange -> {
                    throw new IllegalStateException("handler");
                })
                .addExactPath("/errs", new BlockingHandler(exchange -> {
                    throw new StackOverflowError("handler");
                }))
                .addExactPath("/blocking", new BlockingHandler(exchange -> {
                    released.await();
                    exchange.getOutputStream().write("blocked".getBytes(StandardCharsets.UTF_8));
                }))
                .addExactPath("/stream", new BlockingHandler(exchange -> {
                    exchange.getOutputStream().write("first ".getBytes(StandardCharsets.UTF_8));
                    exchange.getOutputStream().flush();
                    released.await();
                    exchange.getOutputStream().write("last".getBytes(StandardCharsets.UTF_8));
                }))
                .addExactPath("/chunked", new BlockingHandler(exchange -> {
                    exchange.getOutputStream().write("one".getBytes(StandardCharsets.UTF_8));
                    exchange.getOutputStream().flush();
                    exchange.getOutputStream().write("two".getBytes(StandardCharsets.UTF_8));
                }))
                .addExactPath(
                        "/async",
                        exchange -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> parked.add(exchange)))
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
                .addExactPath("/echo", new BlockingHandler(exchange -> {
                    byte[] body = exchange.getInputStream().readAllBytes();
                    exchange.getResponseSender().send(ByteBuffer.wrap(body));
                }))
                .addExactPath(
                        "/ws",
                        Handlers.websocket(
                                (exchange, channel) -> channel.getCloseSetter().set(closed -> {})));
        source = UndertowSource.of(Undertow.builder().addHttpListener(0, "127.0.0.1"), handlers)
                .ioThreads(2)
                .workerThreads(4);
        return Ebbtide.builder("it")
                .serve(source)
                .component("slow to stop", () -> released.await(5, TimeUnit.SECONDS))
                .settings(settings)
                .build()
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        parked.forEach(HttpServerExchange::endExchange);
        service.shutdown("end of test");
        service.awaitStopped(SOON);
    }

    @ParameterizedTest
    @CsvSource({
        "/plain, 200, plain",
        "/empty, 204, ''",
        "/missing, 404, ''",
        "/fails, 500, ''",
        "/errs, 500, ''",
        "/runnable, 500, ''",
        "/twice, 500, ''",
        "/chunked, 200, onetwo"
    })
    void requests_ofEveryKind_areCountedOnceAndAnswered(String path, int status, String body) throws Exception {
        try (WireConnection client = connect()) {
            for (int i = 0; i < 3; i++) {
                WireResponse response = client.exchange("GET", path);

                assertThat(response.status()).isEqualTo(status);
                assertThat(response.body()).isEqualTo(body);
                assertThat(response.closes()).isFalse();
            }
        }

        assertThat(service.inFlight().total(WorkKind.REQUEST)).isEqualTo(3);
        awaitNothingInFlight();
    }

    @Test
    void blockingRequest_isInFlightWithItsThread_untilItEnds() throws Exception {
        try (WireConnection client = connect()) {
            client.send("GET /blocking?token=secret HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await()
                    .until(() -> service.inFlight().list().stream()
                            .anyMatch(work -> work.thread() != null
                                    && work.thread().getName().contains("task")));

            WorkInFlight work = service.inFlight().list().get(0);
            assertThat(work.description()).isEqualTo("GET /blocking");
            release.countDown();

            assertThat(client.read(false).body()).isEqualTo("blocked");
            awaitNothingInFlight();
        }
    }

    @Test
    void asyncRequest_isInFlightWithoutAThread_untilSomebodyEndsIt() throws Exception {
        try (WireConnection client = connect()) {
            client.send("GET /async HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await().until(() -> !parked.isEmpty());
            assertThat(service.inFlight().count()).isEqualTo(1);
            assertThat(service.inFlight().list().get(0).thread()).isNull();

            parked.remove().setStatusCode(202).endExchange();

            assertThat(client.read(false).status()).isEqualTo(202);
            awaitNothingInFlight();
        }
    }

    @Test
    void client_thatIsGone_leavesNothingInFlight() throws Exception {
        try (WireConnection client = connect()) {
            client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await().until(() -> service.inFlight().count() == 1);
        }
        release.countDown();

        awaitNothingInFlight();
    }

    @Test
    void pipelinedRequests_areEachCounted() throws Exception {
        try (WireConnection client = connect()) {
            client.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n".repeat(5));
            for (int i = 0; i < 5; i++) {
                assertThat(client.read(false).body()).isEqualTo("plain");
            }
        }

        assertThat(service.inFlight().total(WorkKind.REQUEST)).isEqualTo(5);
        awaitNothingInFlight();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/live", "/health/ready", "/health/startup"})
    void probes_areAnsweredOnThisPort_andNotCounted(String path) throws Exception {
        WireResponse get = WireConnection.get(source.port(), path);
        assertThat(get.status()).isEqualTo(200);
        assertThat(get.body()).startsWith("{\"status\":\"UP\"");
        assertThat(get.header("Cache-Control")).isEqualTo("no-store");
        try (WireConnection client = connect()) {
            WireResponse head = client.exchange("HEAD", path);
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length"))
                    .isEqualTo(String.valueOf(get.body().length()));
            assertThat(client.exchange(WireRequest.post(path, "{}")).status()).isEqualTo(405);
        }

        assertThat(service.inFlight().total(WorkKind.REQUEST)).isZero();
    }

    @Test
    void probes_areAnswered_whileAllWorkersAreBlocked() throws Exception {
        for (int i = 0; i < 12; i++) {
            connect().send("GET /blocking HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        Awaitility.await().until(() -> service.inFlight().count() == 12);

        for (int i = 0; i < 20; i++) {
            long start = System.nanoTime();
            assertThat(WireConnection.get(source.port(), "/health/ready").status())
                    .isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/plain, 200, plain",
        "/empty, 204, ''",
        "/missing, 404, ''",
        "/fails, 500, ''",
        "/runnable, 500, ''",
        "/chunked, 200, onetwo",
        "/health/live, 200, '{\"status\":\"UP\"}'"
    })
    void whileLeaving_requestsOnOpenConnections_areServedAndToldToLeave(String path, int status, String body)
            throws Exception {
        try (WireConnection client = connect()) {
            client.exchange("GET", "/plain");
            Ticket work = beginToLeave();

            WireResponse response = client.exchange("GET", path);

            assertThat(response.status()).isEqualTo(status);
            assertThat(response.body()).isEqualTo(body);
            assertThat(response.headers().get("connection")).containsExactly("close");
            boolean framed = status == 204
                    || response.headers().containsKey("content-length")
                    || response.header("transfer-encoding").equals("chunked");
            assertThat(framed)
                    .as("a whole answer can be told from half of one: %s", response)
                    .isTrue();
            assertThat(client.isEnded()).isTrue();
            work.close();
        }
    }

    @Test
    void whileLeaving_aRequestThatBeganBefore_isToldToLeaveToo() throws Exception {
        try (WireConnection client = connect()) {
            client.send("GET /blocking HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await().until(() -> service.inFlight().count() == 1);
            beginToLeave().close();
            release.countDown();

            WireResponse response = client.read(false);

            assertThat(response.body()).isEqualTo("blocked");
            assertThat(response.closes()).isTrue();
        }
        assertThat(service.awaitStopped(SOON).isClean()).isTrue();
    }

    @Test
    void whileLeaving_anAnswerThatHasBegun_isFinished() throws Exception {
        try (WireConnection client = connect()) {
            client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await().until(() -> service.inFlight().count() == 1);
            Ticket work = beginToLeave();
            release.countDown();

            WireResponse response = client.read(false);

            assertThat(response.body()).isEqualTo("first last");
            work.close();
        }
    }

    @Test
    void whileLeaving_aBodyIsReadToItsEnd() throws Exception {
        try (WireConnection client = connect()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234");
            Awaitility.await().until(() -> service.inFlight().count() == 1);
            Ticket work = beginToLeave();
            client.send("56789");

            assertThat(client.read(false).body()).isEqualTo("0123456789");
            work.close();
        }
    }

    @Test
    void whileLeaving_webSocketsAreRefused() throws Exception {
        String upgrade = "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        try (WireConnection client = connect();
                WireConnection late = connect()) {
            client.send(upgrade);
            assertThat(client.read(false).status()).isEqualTo(101);
            late.exchange("GET", "/plain");
            Ticket work = beginToLeave();

            late.send(upgrade);

            WireResponse response = late.read(false);
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.closes()).isTrue();
            work.close();
        }
    }

    @Test
    void whileLeaving_aClientOfHttp10_isToldByTheEndOfItsConnection() throws Exception {
        try (WireConnection client = connect()) {
            client.send("GET /plain HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.read(false).header("Connection")).isEqualToIgnoringCase("keep-alive");
            Ticket work = beginToLeave();

            client.send("GET /plain HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            WireResponse response = client.read(false);

            assertThat(response.body()).isEqualTo("plain");
            assertThat(response.header("Connection")).isNotEqualToIgnoringCase("keep-alive");
            assertThat(client.isEnded()).isTrue();
            work.close();
        }
    }

    @Test
    void connection_thatIsIdleForTooLong_isClosed() throws Exception {
        var brief = UndertowSource.of(
                        Undertow.builder().addHttpListener(0, "127.0.0.1"), ResponseCodeHandler.HANDLE_200)
                .idleTimeout(Duration.ofMillis(300));
        try (Ebbtide other = Ebbtide.builder("brief").serve(brief).build().start();
                WireConnection client = WireConnection.open(brief.port(), SOON)) {
            assertThat(client.exchange("GET", "/").status()).isEqualTo(200);

            assertThat(client.isEnded()).isTrue();
            assertThat(other.inFlight().count()).isZero();
        }
    }

    @Test
    void rounds_leaveNoThreadBehind() throws Exception {
        for (int i = 0; i < 20; i++) {
            var each = UndertowSource.of(
                    Undertow.builder().addHttpListener(0, "127.0.0.1"), ResponseCodeHandler.HANDLE_200);
            try (Ebbtide round = Ebbtide.builder("round").serve(each).build().start();
                    WireConnection client = WireConnection.open(each.port(), SOON)) {
                assertThat(client.exchange("GET", "/").status()).isEqualTo(200);
                round.shutdown("next");
            }
        }

        release.countDown();
        service.shutdown("end of test");
        service.awaitStopped(SOON);
        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("undertow") || name.startsWith("ebbtide-round")));
    }

    @Test
    void whileDraining_newConnectionsAreRefused() throws Exception {
        Ticket work = beginToLeave();

        Awaitility.await().untilAsserted(() -> assertThatThrownBy(this::connect).isInstanceOf(IOException.class));
        work.close();
    }

    /** The gate is closed at the deadline, while a request is stuck: what comes then is refused. */
    @Test
    void afterTheDeadline_requestsAreRefusedAndToldWhenToComeBack() throws Exception {
        restartWithShortDrain();
        try (WireConnection stuck = connect();
                WireConnection client = connect()) {
            stuck.send("GET /blocking HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.exchange("GET", "/health/live").status()).isEqualTo(200);
            Awaitility.await().until(() -> service.inFlight().count() == 1);
            service.shutdown("test");
            Awaitility.await().until(() -> service.state() == LifecycleState.STOPPING);

            WireResponse response = client.exchange(WireRequest.post("/late", "{\"order\":1}"));

            assertThat(response.status()).isEqualTo(503);
            assertThat(response.closes()).isTrue();
            assertThat(Integer.parseInt(response.header("Retry-After"))).isBetween(1, 5);
        }
        release.countDown();
        ShutdownReport report = service.awaitStopped(SOON);
        assertThat(report.late().refused()).isEqualTo(1);
        assertThat(report.cut()).extracting(ShutdownReport.Cut::description).containsExactly("GET /blocking");
    }

    @Test
    void asyncRequest_thatNobodyEnds_isCutAndNamed() throws Exception {
        restartWithShortDrain();
        try (WireConnection client = connect()) {
            client.send("GET /async HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await().until(() -> !parked.isEmpty());
            parked.clear();

            service.shutdown("test");

            assertThat(client.isEnded()).as("closed without an answer").isTrue();
        }
        ShutdownReport report = service.awaitStopped(SOON);
        assertThat(report.exitCode()).isEqualTo(ExitCode.WORK_CUT);
        assertThat(report.cut())
                .extracting(ShutdownReport.Cut::description, ShutdownReport.Cut::thread)
                .containsExactly(tuple("GET /async", null));
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
    private Ticket beginToLeave() {
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
