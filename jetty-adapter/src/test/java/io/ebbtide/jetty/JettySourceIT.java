package io.ebbtide.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.StrictLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the contract does not ask: servers that their users configure, and Jetty's own ways. */
final class JettySourceIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int CONNECTIONS_OF_A_REFUSAL = 3;
    private static final String BLOCKING = "GET /blocking HTTP/1.1\r\nHost: a\r\n\r\n";

    static {
        Awaitility.setDefaultTimeout(SOON);
    }

    private final CountDownLatch release = new CountDownLatch(1);
    private Ebbtide service;

    /** Answers with the name of its thread; {@code /blocking} once released; {@code /not-here} not at all. */
    private final class Named extends Handler.Abstract {
        Named(Invocable.InvocationType type) {
            super(type);
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (Request.getPathInContext(request).equals("/not-here")) {
                return false;
            }
            if (Request.getPathInContext(request).equals("/blocking")) {
                release.await();
            }
            Content.Sink.write(response, true, Thread.currentThread().getName(), callback);
            return true;
        }
    }

    /** Keeps a connection, and does nothing with it. */
    public static final class Holding implements HttpUpgradeHandler {
        @Override
        public void init(WebConnection connection) {}

        @Override
        public void destroy() {}
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        if (service != null) {
            service.shutdown("end of test");
            service.awaitStopped(SOON);
        }
    }

    /**
     * With threads that wait within accept(), and without: clients come on new connections while the port is closed. Who
     * comes in the last microseconds before that is reset, and these may be long once in a while.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void portsOfAGivenServer_closedUnderLoad_loseNextToNothing(int acceptors) throws Exception {
        List<String> faults = closedUnderLoad(acceptors);
        for (int i = 1; i < 3 && !faults.isEmpty(); i++) {
            faults = closedUnderLoad(acceptors);
        }

        assertThat(faults).isEmpty();
    }

    private List<String> closedUnderLoad(int acceptors) throws Exception {
        var server = new Server();
        var connector = new ServerConnector(server, acceptors, 2);
        server.addConnector(connector);
        server.setHandler(blocking());
        JettySource source = started(JettySource.of(server));
        var enough = new CountDownLatch(500);
        StrictLoad load = StrictLoad.start(source.port(), 16, 3, number -> {
            enough.countDown();
            return WireRequest.get("/");
        });
        enough.await();
        load.expectRefusedConnections();

        service.shutdown("test");
        LoadResult result = load.await(SOON);
        ShutdownReport report = service.awaitStopped(SOON);

        System.out.printf(
                "acceptors %d: sent %d, answered %d, lost %d%n",
                acceptors, result.sent(), result.answered(), result.lost().size());
        var faults = new ArrayList<>(result.lost());
        if (faults.size() == 1 && faults.get(0).contains("reset")) {
            faults.clear();
        }
        if (report.late().refused() > 0) {
            faults.add("refused: " + report.late().refused());
        }
        return faults;
    }

    /** No thread accepts there, so no client can connect either. */
    @Test
    void portThatCannotBeClosedWell_isClosed_andSoAreTheOthers() throws Exception {
        var server = new Server();
        var stuck = new ServerConnector(server, 1, 1) {
            @Override
            public void accept(int acceptor) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        stuck.setAcceptQueueSize(1);
        var other = new ServerConnector(server, 0, 1);
        server.addConnector(stuck);
        server.addConnector(other);
        server.setHandler(blocking());
        started(JettySource.of(server));
        var queued = new ArrayList<Socket>();
        try (WireConnection working = WireConnection.open(other.getLocalPort(), SOON)) {
            working.send(BLOCKING);
            Awaitility.await().until(() -> service.inFlight().count() == 1);
            while (isAccepted(stuck.getLocalPort(), queued)) {}
            int[] ports = {stuck.getLocalPort(), other.getLocalPort()};

            service.shutdown("test");

            for (int port : ports) {
                Awaitility.await().until(() -> isRefused(port));
            }
            release.countDown();
            assertThat(working.read(false).status()).isEqualTo(200);
        } finally {
            for (Socket each : queued) {
                each.close();
            }
        }
    }

    private static boolean isAccepted(int port, List<Socket> accepted) throws IOException {
        var socket = new Socket();
        accepted.add(socket);
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 300);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private static boolean isRefused(int port) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 300);
            return false;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    /** The one pool of the server has no free thread: the thread that reads answers the probe. */
    @Test
    void givenServer_withoutAFreeThread_answersProbesOnOpenConnections() throws Exception {
        var pool = new QueuedThreadPool(6, 6);
        var server = new Server(pool);
        server.addConnector(new ServerConnector(server, 0, 2));
        server.setHandler(blocking());
        JettySource source = started(JettySource.of(server));
        try (WireConnection probing = WireConnection.open(source.port(), SOON);
                WireConnection first = WireConnection.open(source.port(), SOON)) {
            probing.exchange("GET", "/");
            first.exchange("GET", "/");
            WireConnection[] blocked = new WireConnection[8];
            for (int i = 0; i < blocked.length; i++) {
                blocked[i] = WireConnection.open(source.port(), SOON);
                blocked[i].exchange("GET", "/");
            }
            // each is given back to the selector by a thread of the pool
            Awaitility.await().until(() -> source.load().busyWorkers() == 0);
            for (WireConnection each : blocked) {
                each.send(BLOCKING);
            }
            Awaitility.await().until(() -> service.inFlight().count() == blocked.length);
            Awaitility.await().until(() -> source.load().queued() > 0);

            assertThat(probing.exchange("GET", "/health/ready").status()).isEqualTo(200);
            assertThat(source.load().busyWorkers()).isEqualTo(source.load().maxWorkers());

            release.countDown();
            for (WireConnection each : blocked) {
                assertThat(each.read(false).status()).isEqualTo(200);
                each.close();
            }
        }
    }

    /** A connection of HTTP/2 goes on after the answer, so it does not show which clients know of the shutdown. */
    @Test
    void http2_whileShuttingDown_isServed_withoutAHeaderThatItForbids() throws Exception {
        var server = new Server();
        var configuration = new HttpConfiguration();
        server.addConnector(new ServerConnector(
                server,
                0,
                1,
                new HttpConnectionFactory(configuration),
                new HTTP2CServerConnectionFactory(configuration)));
        server.setHandler(blocking());
        JettySource source = JettySource.of(server);
        var open = new OpenSource(source);
        started(open);
        service.shutdown("test");
        open.awaitShutdown();

        HttpRequest get = HttpRequest.newBuilder(URI.create("http://localhost:%d/".formatted(source.port())))
                .build();
        HttpResponse<String> late = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .build()
                .send(get, HttpResponse.BodyHandlers.ofString());
        open.letPortsClose();
        ShutdownReport report = service.awaitStopped(SOON);

        assertThat(late.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(late.statusCode()).isEqualTo(200);
        assertThat(late.headers().firstValue("Connection")).isEmpty();
        assertThat(report.late().count()).isEqualTo(1);
        assertThat(report.late().newConnections()).isZero();
    }

    @Test
    void handlerThatNeverBlocks_isCalledByTheThreadThatReads_anyOtherByAWorker() throws Exception {
        var source = started(JettySource.http(0, new Named(Invocable.InvocationType.NON_BLOCKING)));
        assertThat(WireConnection.get(source.port(), "/").body()).startsWith("jetty-io");
        stop();

        source = started(JettySource.http(0, blocking()));
        assertThat(WireConnection.get(source.port(), "/").body()).startsWith("jetty-worker");
    }

    @Test
    void requestThatThePoolHasNoPlaceFor_isAnswered503_andOver() throws Exception {
        var workers = new QueuedThreadPool(1, 1, 60_000, 0, new ArrayBlockingQueue<>(1), null);
        var server = new Server(workers);
        server.addConnector(
                new ServerConnector(server, new QueuedThreadPool(8), null, null, 0, 1, new HttpConnectionFactory()));
        server.setHandler(blocking());
        JettySource source = started(JettySource.of(server));
        try (WireConnection working = WireConnection.open(source.port(), SOON);
                WireConnection queued = WireConnection.open(source.port(), SOON)) {
            working.send(BLOCKING);
            Awaitility.await()
                    .until(() ->
                            source.load().busyWorkers() == 1 && source.load().queued() == 0);
            queued.send(BLOCKING);
            Awaitility.await().until(() -> source.load().queued() == 1);

            assertThat(WireConnection.get(source.port(), "/").status()).isEqualTo(503);

            Awaitility.await().until(() -> service.inFlight().count() == 2);
            release.countDown();
            assertThat(working.read(false).status()).isEqualTo(200);
            assertThat(queued.read(false).status()).isEqualTo(200);
        }
    }

    /**
     * Its connection is closed once the body is read, not before: a reset would take the answer away. The body is waited for
     * half a second, which a busy machine may use up: a client of three has its answer.
     */
    @Test
    void refusal_isReadByAClientThatSendsItsWholeBodyFirst() throws Exception {
        var stopping = new CountDownLatch(1);
        JettySource source = JettySource.http(0, blocking());
        service = Ebbtide.builder("it")
                .serve(source)
                .component("slow to stop", stopping::await)
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(4))
                        .withLameDuck(Duration.ZERO)
                        .withStop(Duration.ofMinutes(2)))
                .build()
                .start();
        var open = new ArrayDeque<WireConnection>();
        try {
            for (int i = 0; i < 3 * CONNECTIONS_OF_A_REFUSAL; i++) {
                open.add(WireConnection.open(source.port(), SOON));
                open.getLast().exchange("GET", "/");
            }
            service.shutdown("test");
            Awaitility.await().until(() -> service.state() == LifecycleState.STOPPING);

            var resets = new ArrayList<IOException>();
            while (open.size() >= CONNECTIONS_OF_A_REFUSAL) {
                try (WireConnection client = open.remove();
                        WireConnection before = open.remove();
                        WireConnection within = open.remove()) {
                    verifyRefused(client, before, within);
                    return;
                } catch (IOException e) {
                    resets.add(e);
                }
            }

            assertThat(resets).as("connections reset").isEmpty();
        } finally {
            stopping.countDown();
            for (WireConnection each : open) {
                each.close();
            }
        }
    }

    /** Each probe is the last answer on its connection. */
    private static void verifyRefused(WireConnection client, WireConnection... probes) throws IOException {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 800000\r\n\r\n");
        for (WireConnection probe : probes) {
            // a server that closed without reading the body has done so by the time that it has answered another
            // request
            assertThat(probe.exchange("GET", "/health/live").status()).isEqualTo(200);
            client.send("x".repeat(800_000 / probes.length));
        }
        WireResponse response = client.read(false);

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.closes()).isTrue();
        assertThat(client.isEnded()).isTrue();
    }

    @Test
    void defaultHandlerOfAGivenServer_isAskedLast() throws Exception {
        var server = new Server();
        server.addConnector(new ServerConnector(server, 0, 1));
        server.setHandler(blocking());
        server.setDefaultHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                response.setStatus(HttpStatus.GONE_410);
                callback.succeeded();
                return true;
            }
        });
        JettySource source = started(JettySource.of(server));

        assertThat(WireConnection.get(source.port(), "/not-here").status()).isEqualTo(410);
        assertThat(WireConnection.get(source.port(), "/").status()).isEqualTo(200);
    }

    @Test
    void servlet_findsItsTicket_withoutKnowingJetty() throws Exception {
        var seen = new AtomicReference<Ticket>();
        var context = new ServletContextHandler("/");
        context.addServlet(
                new HttpServlet() {
                    @Override
                    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
                        seen.set((Ticket) request.getAttribute("io.ebbtide.ticket"));
                    }
                },
                "/*");
        JettySource source = started(JettySource.http(0, context));

        assertThat(WireConnection.get(source.port(), "/any").status()).isEqualTo(200);

        assertThat(seen.get().kind()).isEqualTo(WorkKind.REQUEST);
        assertThat(seen.get().remaining()).isEqualTo(InFlight.UNLIMITED);
    }

    /** Jetty itself completes the request of a servlet that has taken its connection over no sooner than that ends. */
    @Test
    void servletThatUpgrades_isOverWithItsHandshake() throws Exception {
        assumeThat(Server.getVersion())
                .as("servlets cannot upgrade before 12.1")
                .doesNotStartWith("12.0.");
        var context = new ServletContextHandler("/");
        context.addServlet(
                new HttpServlet() {
                    @Override
                    protected void doGet(HttpServletRequest request, HttpServletResponse response)
                            throws ServletException, IOException {
                        response.setStatus(101);
                        response.setHeader("Upgrade", "other");
                        response.setHeader("Connection", "Upgrade");
                        request.upgrade(Holding.class);
                    }
                },
                "/*");
        JettySource source = started(JettySource.http(0, context));
        try (WireConnection client = WireConnection.open(source.port(), SOON)) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n");

            assertThat(client.read(false).status()).isEqualTo(101);

            Awaitility.await().until(() -> service.inFlight().count() == 0);
            assertThat(source.load().openConnections()).isEqualTo(1);
            assertThat(service.inFlight().total(WorkKind.REQUEST)).isEqualTo(1);
        }
    }

    /** A session's key stands behind a semicolon, where servlets keep it without cookies. */
    @Test
    void description_ofARequestInFlight_hasNoKeyOfASession() throws Exception {
        JettySource source = started(JettySource.http(0, blocking()));
        try (WireConnection client = WireConnection.open(source.port(), SOON)) {
            client.send("GET /blocking;jsessionid=secret?token=secret HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await().until(() -> service.inFlight().count() == 1);

            assertThat(service.inFlight().list().get(0).description()).isEqualTo("GET /blocking");
        }
    }

    @Test
    void connection_thatIsIdleForTooLong_isClosed() throws Exception {
        JettySource source = started(JettySource.http(0, blocking()).idleTimeout(Duration.ofSeconds(1)));
        try (WireConnection client = WireConnection.open(source.port(), SOON)) {
            assertThat(client.exchange("GET", "/").status()).isEqualTo(200);

            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void idleTimeout_isLongerThanThatOfProxies_unlessAConnectorHasItsOwn() throws Exception {
        var server = new Server();
        var asJettyMadeIt = new ServerConnector(server, 0, 1);
        var withItsOwn = new ServerConnector(server, 0, 1);
        withItsOwn.setIdleTimeout(5_000);
        server.addConnector(asJettyMadeIt);
        server.addConnector(withItsOwn);
        server.setHandler(blocking());

        JettySource source = started(JettySource.of(server));

        assertThat(asJettyMadeIt.getIdleTimeout()).isEqualTo(75_000);
        assertThat(withItsOwn.getIdleTimeout()).isEqualTo(5_000);
        assertThat(source.name())
                .isEqualTo("http:%d,http:%d".formatted(asJettyMadeIt.getLocalPort(), withItsOwn.getLocalPort()));
    }

    @Test
    void jettysOwnGracefulShutdown_isSwitchedOff() throws Exception {
        var server = new Server();
        server.addConnector(new ServerConnector(server, 0, 1));
        server.setHandler(blocking());
        server.setStopAtShutdown(true);
        server.setStopTimeout(30_000);

        started(JettySource.of(server));

        assertThat(server.getStopAtShutdown()).isFalse();
        assertThat(server.getStopTimeout()).isZero();
    }

    @Test
    void rounds_endAllTheirThreads() throws Exception {
        for (int i = 0; i < 5; i++) {
            var each = JettySource.http(0, blocking());
            try (Ebbtide round = Ebbtide.builder("round").serve(each).build().start()) {
                assertThat(WireConnection.get(each.port(), "/").status()).isEqualTo(200);
                round.shutdown("next");
            }
        }

        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("jetty-")));
    }

    @Test
    void start_onAPortInUse_saysSo_andEndsAllItsThreads() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            Ebbtide other = Ebbtide.builder("other")
                    .serve(JettySource.http(taken.getLocalPort(), blocking()))
                    .build();

            assertThatThrownBy(other::start)
                    .hasMessageMatching("the start of http:\\d+ of 'other' failed")
                    .cause()
                    .hasMessageMatching(
                            "http:\\d+ cannot be bound, Address already in use \\(expected: a free port on an"
                                    + " address of this machine\\)");
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("jetty-")));
    }

    @Test
    void settings_thatMakeNoSense_areRefused() {
        assertThatThrownBy(() -> JettySource.http(70_000, blocking())).hasMessage("port: 70000 (expected: 0 to 65535)");
        assertThatThrownBy(() -> JettySource.http(0, blocking()).workerThreads(0))
                .hasMessage("workerThreads: 0 (expected: >= 1)");
        assertThatThrownBy(() -> JettySource.http(0, blocking()).ioThreads(0))
                .hasMessage("ioThreads: 0 (expected: >= 1)");
        assertThatThrownBy(() -> JettySource.http(0, blocking()).idleTimeout(Duration.ZERO))
                .hasMessage("idleTimeout: PT0S (expected: 1 ms to 1 day)");
        assertThatThrownBy(() -> JettySource.of(new Server()).workerThreads(4))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "workerThreads: 4 (expected: not set with of(server); set the threads of its pool instead)");
    }

    @Test
    void givenServer_withoutAHandler_isRefused() {
        Ebbtide other =
                Ebbtide.builder("other").serve(JettySource.of(new Server(0))).build();

        assertThatThrownBy(other::start)
                .cause()
                .hasMessage("server: no handler (expected: one set by Server.setHandler() before the start)");
    }

    private Handler blocking() {
        return new Named(Invocable.InvocationType.BLOCKING);
    }

    private JettySource started(JettySource source) {
        started((TrafficSource) source);
        return source;
    }

    private void started(TrafficSource source) {
        service = Ebbtide.builder("it")
                .serve(source)
                .settings(Settings.derived().withGrace(Duration.ofMinutes(2)).withLameDuck(Duration.ZERO))
                .build()
                .start();
    }
}
