package io.ebbtide.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.Engine;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is Tomcat's own, beside what every adapter promises. */
final class TomcatSourceIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    static {
        Awaitility.setDefaultTimeout(SOON);
    }

    private final CountDownLatch release = new CountDownLatch(1);
    private final List<Ebbtide> services = new ArrayList<>();

    @TempDir
    Path folder;

    /** What a test has to say to a request. */
    @FunctionalInterface
    private interface Handler {
        void handle(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    private static final class HandlerServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        private final transient Handler handler;

        HandlerServlet(Handler handler) {
            this.handler = handler;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                handler.handle(request, response);
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        for (Ebbtide service : services) {
            service.shutdown("end of test");
            service.awaitStopped(SOON);
        }
    }

    @Test
    void http2_requestsInFlight_areAnsweredAndCounted_whileTheClientIsAskedToDisconnect() throws Exception {
        Tomcat tomcat = tomcat((request, response) -> {
            if (request.getRequestURI().equals("/blocking")) {
                release.await();
            }
            response.getWriter().print(request.getProtocol());
        });
        tomcat.getConnector().addUpgradeProtocol(new Http2Protocol());
        TomcatSource source = TomcatSource.of(tomcat);
        Ebbtide service = start(source);
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        assertThat(get(client, source.port(), "/first")
                        .get(SOON.toSeconds(), TimeUnit.SECONDS)
                        .body())
                .isEqualTo("HTTP/2.0");

        var blocked = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 8; i++) {
            blocked.add(get(client, source.port(), "/blocking"));
        }
        Awaitility.await().until(() -> service.inFlight().count() == 8);
        service.shutdown("test");
        release.countDown();

        for (CompletableFuture<HttpResponse<String>> each : blocked) {
            HttpResponse<String> response = each.get(SOON.toSeconds(), TimeUnit.SECONDS);
            assertThat(response.body()).isEqualTo("HTTP/2.0");
            assertThat(response.headers().firstValue("Connection")).isEmpty();
        }
        ShutdownReport report = service.awaitStopped(SOON);
        assertThat(report.inFlightFinished()).isEqualTo(8);
        assertThat(report.cut()).isEmpty();
        assertThat(service.inFlight().total(WorkKind.REQUEST)).isEqualTo(9);
    }

    /** The first was there at the signal; the second comes during the lame duck, before clients have noticed. */
    @Test
    void http2_connectionsGetGoaway_thoseThatComeLateToo() throws Exception {
        Tomcat tomcat = tomcat((request, response) -> response.getWriter().print("hello"));
        tomcat.getConnector().addUpgradeProtocol(new Http2Protocol());
        TomcatSource source = TomcatSource.of(tomcat);
        start(source);
        try (var before = new Http2Frames(source.port())) {
            before.awaitFrame(Http2Frames.SETTINGS);

            source.beginShutdown();
            before.awaitFrame(Http2Frames.GOAWAY);
            try (var late = new Http2Frames(source.port())) {
                late.awaitFrame(Http2Frames.GOAWAY);
            }
        }
    }

    @Test
    void requests_areTimedByTheServletsPattern() throws Exception {
        var registry = new SimpleMeterRegistry();
        var source = TomcatSource.http(0, context -> {
            var servlet = new HandlerServlet((request, response) -> {
                if (request.getRequestURI().endsWith("/named")) {
                    TomcatSource.ticket(request).route("/orders/{id}");
                }
                response.getWriter().print("order");
            });
            Tomcat.addServlet(context, "orders", servlet).addMapping("/orders/*");
        });
        services.add(
                Ebbtide.builder("it").serve(source).metrics(registry).build().start());

        WireConnection.get(source.port(), "/orders/4711");
        WireConnection.get(source.port(), "/orders/named");

        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(registry.find("http.server.requests").timers())
                                .extracting(timer -> timer.getId().getTag("uri"))
                                .containsExactlyInAnyOrder("/orders/*", "/orders/{id}"));
    }

    /** The accept thread waits until a connection ends, and the clients in the queue wait for it. */
    /** No error page of the application is shown, as by Tomcat alone, so nothing of the application is in flight. */
    @Test
    void request_thatTomcatRefuses_isAnsweredWithoutTheApplication_andNotCounted() throws Exception {
        Tomcat tomcat = tomcat((request, response) -> response.getWriter().print(request.getDispatcherType()));
        var page = new ErrorPage();
        page.setErrorCode(400);
        page.setLocation("/page");
        ((Context) tomcat.getHost().findChildren()[0]).addErrorPage(page);
        TomcatSource source = TomcatSource.of(tomcat);
        Ebbtide service = start(source);

        WireResponse withoutLength = send(source, "GET /page HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n");
        WireResponse withoutMethod = send(source, "<> /page HTTP/1.1\r\nHost: a\r\n\r\n");
        WireResponse withoutPath = send(source, "GET /page#fragment HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(List.of(withoutLength, withoutMethod, withoutPath)).allSatisfy(response -> {
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).isNotEqualTo("ERROR");
        });
        assertThat(service.inFlight().total(WorkKind.REQUEST)).isZero();
    }

    /** What follows a CONNECT may be meant for a tunnel, so Tomcat ends the connection: on the path of a probe, too. */
    @Test
    void connect_toAProbe_isAnsweredByTomcat_andEndsTheConnection() throws Exception {
        TomcatSource source = TomcatSource.of(
                tomcat((request, response) -> response.getWriter().print("served")));
        start(source);
        try (WireConnection client = WireConnection.open(source.port(), SOON)) {
            client.send("CONNECT /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.read(false).status()).isEqualTo(501);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    /** Such a request has no target (RFC 9113, section 8.5). */
    @Test
    void http2_connect_isAnsweredAsByTomcatAlone() throws Exception {
        Tomcat alone = tomcat((request, response) -> response.getWriter().print("served"));
        alone.getConnector().addUpgradeProtocol(new Http2Protocol());
        Tomcat tomcat = tomcat((request, response) -> response.getWriter().print("served"));
        tomcat.getConnector().addUpgradeProtocol(new Http2Protocol());
        TomcatSource source = TomcatSource.of(tomcat);
        Ebbtide service = start(source);
        alone.start();
        try {
            byte[] right = connectByHttp2(alone.getConnector().getLocalPort());
            byte[] seen = connectByHttp2(source.port());

            assertThat(right).isNotEmpty();
            assertThat(seen).isEqualTo(right);
            Awaitility.await().until(() -> service.inFlight().count() == 0);
        } finally {
            alone.stop();
            alone.destroy();
        }
    }

    private static byte[] connectByHttp2(int port) throws IOException {
        try (var client = new Http2Frames(port)) {
            client.sendConnect("localhost:80");
            return client.awaitStatusField();
        }
    }

    @Test
    void acceptQueue_behindAllConnectionsThatThereMayBe_isServedBeforeThePortCloses() throws Exception {
        Tomcat tomcat = tomcat((request, response) -> {
            if (request.getRequestURI().equals("/blocking")) {
                release.await();
            }
            response.getWriter().print("served");
        });
        tomcat.getConnector().setProperty("maxConnections", "1");
        TomcatSource source = TomcatSource.of(tomcat);
        Ebbtide service = start(source);
        try (WireConnection first = WireConnection.open(source.port(), SOON);
                WireConnection queued = WireConnection.open(source.port(), SOON)) {
            first.send("GET /blocking HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await().until(() -> service.inFlight().count() == 1);
            queued.send("GET /queued HTTP/1.1\r\nHost: a\r\n\r\n");

            service.shutdown("test");

            WireResponse response = queued.read(false);
            assertThat(response.body()).isEqualTo("served");
            assertThat(response.closes()).isTrue();
            release.countDown();
            assertThat(first.read(false).body()).isEqualTo("served");
        }
        assertThat(service.awaitStopped(SOON).late().refused()).isZero();
    }

    @Test
    void idleTimeout_ofAGivenTomcat_isTheOptions_elseItsOwn_elseTheDefault() throws Exception {
        Tomcat configured = tomcat((request, response) -> {});
        configured.getConnector().setProperty("keepAliveTimeout", "65000");
        Tomcat unset = tomcat((request, response) -> {});
        unset.getConnector().setProperty("connectionTimeout", "10000");
        Tomcat overridden = tomcat((request, response) -> {});
        overridden.getConnector().setProperty("keepAliveTimeout", "65000");

        start(TomcatSource.of(configured));
        start(TomcatSource.of(unset));
        start(TomcatSource.of(overridden).idleTimeout(Duration.ofSeconds(80)));

        assertThat(keepAliveMillis(configured)).isEqualTo(65_000);
        assertThat(keepAliveMillis(unset)).isEqualTo(75_000);
        assertThat(keepAliveMillis(overridden)).isEqualTo(80_000);
    }

    private static int keepAliveMillis(Tomcat tomcat) {
        return ((AbstractHttp11Protocol<?>) tomcat.getConnector().getProtocolHandler()).getKeepAliveTimeout();
    }

    @Test
    void ticket_isFoundThroughWrappers_andByTasks() throws Exception {
        var source = TomcatSource.http(0, context -> {
            Wrapper servlet = Tomcat.addServlet(context, "ticket", new HandlerServlet((request, response) -> {
                var wrapped = new HttpServletRequestWrapper(request);
                assertThat(TomcatSource.ticket(wrapped).remaining()).isEqualTo(InFlight.UNLIMITED);
                assertThat(request.getAttribute("io.ebbtide.ticket")).isSameAs(TomcatSource.ticket(request));
                AsyncContext async = request.startAsync();
                async.start(() -> {
                    awaitRelease();
                    print(response, TomcatSource.ticket(async.getRequest()).kind());
                    async.complete();
                });
            }));
            servlet.setAsyncSupported(true);
            servlet.addMapping("/");
        });
        Ebbtide service = start(source);
        try (WireConnection client = WireConnection.open(source.port(), SOON)) {
            client.send("GET /task?token=secret HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await()
                    .until(() -> service.inFlight().list().stream()
                            .anyMatch(work -> work.thread() != null
                                    && List.of(work.thread().getStackTrace())
                                            .toString()
                                            .contains("awaitRelease")));
            assertThat(service.inFlight().list().get(0).description()).isEqualTo("GET /task");

            release.countDown();

            assertThat(client.read(false).body()).isEqualTo("REQUEST");
        }
        Awaitility.await().until(() -> service.inFlight().count() == 0);
    }

    /** Tomcat itself sometimes ends the connection without an answer. */
    @Test
    void tasks_thatFailAtOnce_areAnswered500_eachTime() throws Exception {
        var source = TomcatSource.http(0, context -> {
            Wrapper servlet = Tomcat.addServlet(context, "fails", new HandlerServlet((request, response) -> {
                request.startAsync().start(() -> {
                    throw new IllegalStateException("a task that fails");
                });
            }));
            servlet.setAsyncSupported(true);
            servlet.addMapping("/");
        });
        Ebbtide service = start(source);
        for (int i = 0; i < 200; i++) {
            assertThat(WireConnection.get(source.port(), "/fails").status()).isEqualTo(500);
        }
        assertThat(service.inFlight().total(WorkKind.REQUEST)).isEqualTo(200);
        Awaitility.await().until(() -> service.inFlight().count() == 0);
    }

    /** The task waits for a worker until its request is over, and the next on the connection has begun. */
    @Test
    void task_thatFailsWhenItsRequestIsOver_doesNotAffectTheNextOne() throws Exception {
        var taskThread = new CompletableFuture<Thread>();
        var second = new CompletableFuture<AsyncContext>();
        var source = TomcatSource.http(0, context -> {
                    Wrapper servlet = Tomcat.addServlet(context, "tasks", new HandlerServlet((request, response) -> {
                        if (request.getRequestURI().equals("/blocking")) {
                            release.await();
                            return;
                        }
                        AsyncContext async = request.startAsync();
                        if (request.getRequestURI().equals("/first")) {
                            async.start(() -> {
                                taskThread.complete(Thread.currentThread());
                                throw new IllegalStateException("a task that fails late");
                            });
                            async.complete();
                            return;
                        }
                        release.countDown();
                        Thread thread = taskThread.get(SOON.toSeconds(), TimeUnit.SECONDS);
                        Awaitility.await()
                                .until(() -> Stream.of(thread.getStackTrace())
                                        .noneMatch(
                                                frame -> frame.getMethodName().equals("work")));
                        second.complete(async);
                    }));
                    servlet.setAsyncSupported(true);
                    servlet.addMapping("/");
                })
                .workerThreads(2);
        Ebbtide service = start(source);
        try (WireConnection blocking = WireConnection.open(source.port(), SOON);
                WireConnection client = WireConnection.open(source.port(), SOON)) {
            blocking.send("GET /blocking HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await().until(() -> service.inFlight().count() == 1);
            client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.read(false).status()).isEqualTo(200);
            AsyncContext open = second.get(SOON.toSeconds(), TimeUnit.SECONDS);
            Awaitility.await()
                    .until(() -> service.inFlight().list().stream()
                            .noneMatch(work -> work.description().equals("GET /second") && work.thread() != null));
            print((HttpServletResponse) open.getResponse(), "second");
            open.complete();

            assertThat(client.read(false).body()).isEqualTo("second");
        }
    }

    @Test
    void connector_thatDoesNotStop_keepsNothingElseFromIt() throws Exception {
        Tomcat tomcat = tomcat((request, response) -> response.getWriter().print("served"));
        tomcat.getConnector().addLifecycleListener(event -> {
            if (event.getType().equals(Lifecycle.BEFORE_STOP_EVENT)) {
                throw new IllegalStateException("a connector that does not stop");
            }
        });
        Ebbtide service = start(TomcatSource.of(tomcat));

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(SOON);

        assertThat(report.json()).contains("a connector that does not stop");
        assertThat(tomcat.getServer().getState()).isEqualTo(LifecycleState.DESTROYED);
    }

    @Test
    void baseFolder_isThereWhileTomcatRuns_andGoneAfterwards() throws Exception {
        var base = new AtomicReference<Path>();
        Ebbtide service = start(TomcatSource.http(0, context -> base.set(baseFolder(context))));
        assertThat(base.get())
                .isDirectory()
                .hasParent(Path.of(System.getProperty("java.io.tmpdir")))
                .extracting(Path::getFileName)
                .asString()
                .startsWith("ebbtide-tomcat-");

        service.shutdown("test");
        service.awaitStopped(SOON);

        assertThat(base.get()).doesNotExist();
    }

    @Test
    void context_thatDoesNotStart_failsTheStart_andReleasesEverything() throws Exception {
        var base = new AtomicReference<Path>();
        int port = freePort();
        Ebbtide service = service(TomcatSource.http(port, context -> {
            base.set(baseFolder(context));
            context.addServletContainerInitializer(
                    (classes, servlets) -> {
                        throw new jakarta.servlet.ServletException("no database");
                    },
                    null);
        }));

        assertThatThrownBy(service::start)
                .cause()
                .hasMessage("context '' of http:%d is STOPPED (expected: STARTED; see Tomcat's log)".formatted(port));

        assertThat(base.get()).doesNotExist();
        new ServerSocket(port).close();
    }

    @Test
    void connectors_thatCannotBeClosedWithoutLoss_areRefused() {
        Tomcat nio2 = new Tomcat();
        nio2.setBaseDir(folder.toString());
        nio2.setConnector(new Connector("org.apache.coyote.http11.Http11Nio2Protocol"));

        assertThatThrownBy(() -> service(TomcatSource.of(nio2)).start())
                .cause()
                .hasMessage("connector: org.apache.coyote.http11.Http11Nio2Protocol (expected:"
                        + " org.apache.coyote.http11.Http11NioProtocol)");
    }

    @Test
    void tomcat_withoutConnectors_isRefused() {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());

        assertThatThrownBy(() -> service(TomcatSource.of(tomcat)).start())
                .cause()
                .hasMessage("connectors: none (expected: at least one, see Tomcat.setConnector)");
    }

    @Test
    void settings_thatMakeNoSense_areRefused() {
        assertThatThrownBy(() -> TomcatSource.http(70_000, context -> {}))
                .hasMessage("port: 70000 (expected: 0 to 65535)");
        assertThatThrownBy(() -> TomcatSource.http(0, context -> {}).workerThreads(0))
                .hasMessage("workerThreads: 0 (expected: >= 1)");
        assertThatThrownBy(() -> TomcatSource.of(new Tomcat()).workerThreads(8))
                .hasMessage(
                        "workerThreads: 8 (expected: not set with of(tomcat); set maxThreads of its connectors instead)");
        assertThatThrownBy(() -> TomcatSource.http(0, context -> {}).idleTimeout(Duration.ZERO))
                .hasMessage("idleTimeout: PT0S (expected: 1 ms to 1 day)");
    }

    private Tomcat tomcat(Handler handler) {
        var tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector();
        Tomcat.addServlet(tomcat.addContext("", null), "handler", new HandlerServlet(handler))
                .addMapping("/");
        return tomcat;
    }

    private Ebbtide start(TomcatSource source) {
        Ebbtide service = service(source).start();
        services.add(service);
        return service;
    }

    private static Ebbtide service(TomcatSource source) {
        return Ebbtide.builder("it")
                .serve(source)
                .settings(Settings.derived().withGrace(Duration.ofMinutes(2)).withLameDuck(Duration.ZERO))
                .build();
    }

    private static CompletableFuture<HttpResponse<String>> get(HttpClient client, int port, String path) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private static WireResponse send(TomcatSource source, String bytes) throws IOException {
        try (WireConnection client = WireConnection.open(source.port(), SOON)) {
            client.send(bytes);
            return client.read(false);
        }
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void print(HttpServletResponse response, Object text) {
        try {
            response.getWriter().print(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The folder of the one server under test: other tests have theirs beside it. */
    private static Path baseFolder(Context context) {
        var engine = (Engine) context.getParent().getParent();
        return engine.getService().getServer().getCatalinaBase().toPath();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
