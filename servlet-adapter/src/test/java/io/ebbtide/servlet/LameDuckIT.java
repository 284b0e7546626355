package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients see from the signal on. */
final class LameDuckIT {
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private Web web;

    @BeforeEach
    void start() throws Exception {
        web = Web.of(this::register);
    }

    @AfterEach
    void stop() throws Exception {
        mayAnswer.countDown();
        web.close();
    }

    private void register(ServletContext context) {
        Web.serve(context, "/plain", (request, response) -> response.getWriter().print("plain"));
        Web.serve(context, "/bytes", (request, response) -> {
            mayAnswer.await();
            response.getOutputStream().print("bytes");
        });
        Web.serve(context, "/text", (request, response) -> {
            mayAnswer.await();
            response.getWriter().append("te").print("xt");
        });
        Web.serve(context, "/none", (request, response) -> {
            mayAnswer.await();
            response.setStatus(204);
        });
        Web.serve(context, "/large", (request, response) -> {
            mayAnswer.await();
            var part = new char[1024];
            Arrays.fill(part, 'x');
            for (int i = 0; i < 1024; i++) {
                response.getWriter().write(part);
            }
        });
        Web.serve(context, "/flushed", (request, response) -> {
            mayAnswer.await();
            response.flushBuffer();
            response.getOutputStream().print("flushed");
        });
        Web.serve(context, "/reset", (request, response) -> {
            mayAnswer.await();
            response.getWriter().print("something else");
            response.reset();
            response.getOutputStream().print("reset");
        });
        Web.serve(context, "/fails", (request, response) -> {
            mayAnswer.await();
            throw new IllegalStateException("a servlet that fails");
        });
        Web.serve(context, "/page", (request, response) -> response.getWriter().print("page"));
        Web.serve(context, "/error", (request, response) -> {
            mayAnswer.await();
            response.sendError(418);
        });
        Web.serve(context, "/redirect", (request, response) -> {
            mayAnswer.await();
            response.sendRedirect("/plain");
        });
        Web.serve(context, "/async", (request, response) -> {
            AsyncContext async = request.startAsync();
            async.start(() -> {
                try {
                    mayAnswer.await();
                    async.getResponse().getWriter().print("async");
                } catch (InterruptedException | IOException e) {
                    throw new IllegalStateException(e);
                } finally {
                    async.complete();
                }
            });
        });
        Web.serve(context, "/begun", (request, response) -> {
            response.getWriter().print("begun, ");
            response.flushBuffer();
            mayAnswer.await();
            response.getWriter().print("done");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "/bytes, 200, 5",
        "/text, 200, 4",
        "/none, 204, 0",
        "/large, 200, 1048576",
        "/flushed, 200, 7",
        "/reset, 200, 5",
        "/fails, 500, -1",
        "/error, 418, 4",
        "/redirect, 302, -1",
        "/async, 200, 5",
    })
    void requestThatBeganBeforeTheSignal_isAskedToDisconnect_inAWholeAnswer(String path, int status, int length)
            throws Exception {
        try (WireConnection connection = WireConnection.open(web.port(), Web.SOON)) {
            connection.send("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path));
            awaitInFlight(1);
            beginShutdown();
            mayAnswer.countDown();

            WireResponse response = connection.read(false);

            assertThat(response.status()).isEqualTo(status);
            assertThat(response.headers().get("connection")).containsExactly("close");
            if (length >= 0) {
                assertThat(response.body()).hasSize(length);
            }
            if (status != 204) {
                assertThat(response.headers().keySet()).containsAnyOf("content-length", "transfer-encoding");
            }
            assertThat(connection.isEnded()).isTrue();
        }
    }

    @Test
    void answerThatHasBegun_isFinished_asItBegan() throws Exception {
        try (WireConnection connection = WireConnection.open(web.port(), Web.SOON)) {
            connection.send("GET /begun HTTP/1.1\r\nHost: localhost\r\n\r\n");
            awaitInFlight(1);
            beginShutdown();
            mayAnswer.countDown();

            WireResponse response = connection.read(false);

            assertThat(response.body()).isEqualTo("begun, done");
        }
    }

    @Test
    void lateRequest_isServedAndAskedToDisconnect_untilNothingIsInFlight_andThenRefused() throws Exception {
        try (WireConnection first = WireConnection.open(web.port(), Web.SOON);
                WireConnection second = WireConnection.open(web.port(), Web.SOON)) {
            first.exchange("GET", "/plain");
            second.exchange("GET", "/plain");
            Ticket work = web.service.work("a job", WorkKind.JOB);
            beginShutdown();

            WireResponse late = first.exchange("GET", "/plain");
            WireResponse upgrade = upgrade();
            WireResponse probe = WireConnection.get(web.port(), "/health/ready");
            work.close();
            ShutdownReport report = web.service.awaitStopped(Web.SOON);
            WireResponse refused = second.exchange("POST", "/plain");
            WireResponse live = WireConnection.get(web.port(), "/health/live");

            assertThat(late.body()).isEqualTo("plain");
            assertThat(late.closes()).isTrue();
            assertThat(upgrade.status()).isEqualTo(503);
            assertThat(probe.status()).isEqualTo(503);
            assertThat(probe.closes()).isTrue();
            assertThat(report.late().count())
                    .as("late, the upgrade is refused before it counts")
                    .isEqualTo(1);
            assertThat(report.late().newConnections()).isZero();
            assertThat(report.isClean()).isTrue();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.closes()).isTrue();
            assertThat(refused.header("retry-after")).matches("[1-5]");
            assertThat(live.status()).isEqualTo(200);
        }
    }

    @Test
    void lateRequest_onAConnectionWithoutAnEarlierOne_isReportedAsNew_unlessAHealthCheckerSentIt() throws Exception {
        Ticket work = web.service.work("a job", WorkKind.JOB);
        beginShutdown();

        web.get("/plain");
        try (WireConnection checker = WireConnection.open(web.port(), Web.SOON)) {
            checker.send("GET /plain HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ELB-HealthChecker/2.0\r\n\r\n");
            assertThat(checker.read(false).status()).isEqualTo(200);
        }
        work.close();
        ShutdownReport report = web.service.awaitStopped(Web.SOON);

        assertThat(report.late().count()).isEqualTo(1);
        assertThat(report.late().newConnections()).isEqualTo(1);
        assertThat(report.late().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.peer()).isEqualTo("127.0.0.1"));
    }

    private void beginShutdown() {
        web.service.shutdown("test");
        Awaitility.await().atMost(Web.SOON).until(() -> web.service.state() == LifecycleState.DRAINING);
    }

    private WireResponse upgrade() throws IOException {
        try (WireConnection connection = WireConnection.open(web.port(), Web.SOON)) {
            connection.send(
                    "GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n");
            return connection.read(false);
        }
    }

    private void awaitInFlight(int count) {
        Awaitility.await().atMost(Web.SOON).until(() -> web.service.inFlight().count() == count);
    }
}
