package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireResponse;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.EOFException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.catalina.util.ServerInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every request is counted once, seen from within and from without; the filter is even mapped a second time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CountingIT {
    private final Queue<Integer> seen = new ConcurrentLinkedQueue<>();
    private final Queue<String> filtered = new ConcurrentLinkedQueue<>();
    private Web web;

    @BeforeAll
    void start() throws Exception {
        web = Web.of(this::register);
    }

    @AfterAll
    void stop() throws Exception {
        web.close();
    }

    @BeforeEach
    void forget() {
        seen.clear();
    }

    private void register(ServletContext context) {
        Web.serve(context, "/plain", (request, response) -> answer(response, "plain"));
        Web.serve(context, "/forward", (request, response) -> {
            recordCount();
            request.getRequestDispatcher("/plain").forward(request, response);
        });
        Web.serve(context, "/include", (request, response) -> {
            request.getRequestDispatcher("/plain").include(request, response);
            recordCount();
        });
        Web.serve(context, "/error-page", (request, response) -> response.sendError(418));
        Web.serve(context, "/throws", (request, response) -> {
            recordCount();
            throw new IllegalStateException("a servlet that fails");
        });
        Web.serve(context, "/page", (request, response) -> answer(response, "page"));
        Web.serve(context, "/ticket", (request, response) -> {
            boolean listed =
                    web.service.inFlight().list().stream().anyMatch(work -> work.thread() == Thread.currentThread());
            Ticket ticket = InFlightFilter.ticket(request);
            answer(response, ticket.remaining() + " " + listed);
        });
        Web.serve(context, "/endless", (request, response) -> {
            byte[] part = new byte[64 * 1024];
            while (true) {
                response.getOutputStream().write(part);
            }
        });
        Filter spy = (request, response, chain) -> {
            if (((HttpServletRequest) request).getRequestURI().startsWith("/health")) {
                filtered.add(((HttpServletRequest) request).getRequestURI());
            }
            chain.doFilter(request, response);
        };
        var seeing = context.addFilter("spy", spy);
        seeing.setAsyncSupported(true);
        seeing.addMappingForUrlPatterns(null, false, "/*");
        var twice = context.addFilter("twice", new InFlightFilter());
        twice.setAsyncSupported(true);
        twice.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), true, "/*");
        Web.serve(context, "/async", (request, response) -> {
            AsyncContext async = request.startAsync();
            async.start(() -> answer(async.getResponse(), "async", async::complete));
        });
        Web.serve(context, "/async-dispatch", (request, response) -> {
            if (request.getDispatcherType() == DispatcherType.ASYNC) {
                answer(response, "dispatched");
            } else {
                request.startAsync().dispatch();
            }
        });
        Web.serve(context, "/async-twice", (request, response) -> {
            if (request.getDispatcherType() == DispatcherType.ASYNC) {
                AsyncContext again = request.startAsync();
                again.start(() -> answer(again.getResponse(), "twice", again::complete));
            } else {
                request.startAsync().dispatch();
            }
        });
        Web.serve(context, "/async-timeout", (request, response) -> {
            recordCount();
            request.startAsync().setTimeout(50);
        });
        Web.serve(context, "/async-timeout-dispatch", (request, response) -> {
            if (request.getDispatcherType() == DispatcherType.ASYNC) {
                answer(response, "after the time-out");
                return;
            }
            AsyncContext async = request.startAsync();
            async.setTimeout(50);
            async.addListener(new OnTimeout(async::dispatch));
        });
        Web.serve(context, "/async-throws", (request, response) -> {
            recordCount();
            request.startAsync();
            throw new IllegalStateException("a servlet that fails after it has made its request asynchronous");
        });
        Web.serve(context, "/async-dispatch-throws", (request, response) -> {
            recordCount();
            if (request.getDispatcherType() == DispatcherType.ASYNC) {
                throw new IllegalStateException("a servlet that fails in a dispatch");
            }
            request.startAsync().dispatch();
        });
        Web.serve(context, "/stream", (request, response) -> {
            for (int i = 0; i < 3; i++) {
                answer(response, "part ");
                response.flushBuffer();
            }
        });
    }

    private void recordCount() {
        seen.add(web.service.inFlight().count());
    }

    private void answer(ServletResponse response, String text) throws IOException {
        recordCount();
        response.getOutputStream().print(text);
    }

    private void answer(ServletResponse response, String text, Runnable then) {
        try {
            answer(response, text);
            then.run();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private record OnTimeout(Runnable action) implements AsyncListener {
        @Override
        public void onTimeout(AsyncEvent event) {
            action.run();
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }

    @ParameterizedTest
    @CsvSource({
        "/plain, 200, plain",
        "/forward, 200, plain",
        "/include, 200, plain",
        "/async, 200, async",
        "/async-dispatch, 200, dispatched",
        "/async-twice, 200, twice",
        "/async-timeout-dispatch, 200, after the time-out",
        "/stream, 200, part part part",
        "/error-page, 418, page",
        "/nothing, 404, page",
    })
    void request_whateverItIsDispatchedTo_isCountedOnceAndOverOnce(String path, int status, String body)
            throws Exception {
        long before = web.counted();

        WireResponse response = web.get(path);

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body().strip()).isEqualTo(body);
        assertThat(web.counted()).isEqualTo(before + 1);
        assertThat(seen).as("in flight, seen from within").isNotEmpty().containsOnly(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/throws", "/async-timeout", "/async-dispatch-throws"})
    void request_thatFails_isCountedOnceAndOverOnce(String path) throws Exception {
        long before = web.counted();

        WireResponse response = web.get(path);

        assertThat(response.status()).isEqualTo(500);
        assertThat(web.counted()).isEqualTo(before + 1);
        assertThat(seen).containsOnly(1);
    }

    /** Tomcat 10.1 by itself closes the connection without an answer then, and notifies only listeners of the error. */
    @Test
    void servletThatFailsAfterItHasMadeItsRequestAsync_isCountedOnceAndCompletedOnce() throws Exception {
        long before = web.counted();

        if (ServerInfo.getServerNumber().startsWith("10.")) {
            assertThatThrownBy(() -> web.get("/async-throws")).isInstanceOf(EOFException.class);
        } else {
            assertThat(web.get("/async-throws").status()).isEqualTo(500);
        }

        assertThat(web.counted()).isEqualTo(before + 1);
        assertThat(seen).containsOnly(1);
    }

    @Test
    void ticket_isReachedByTheRequest_andNamesItsThread() throws Exception {
        assertThat(web.get("/ticket").body()).isEqualTo(InFlight.UNLIMITED + " true");
    }

    @Test
    void clientThatDisconnectsDuringTheAnswer_isNoLongerInFlight() throws Exception {
        long before = web.counted();

        try (WireConnection connection = WireConnection.open(web.port(), Web.SOON)) {
            connection.send("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Awaitility.await()
                    .atMost(Web.SOON)
                    .until(() -> web.service.inFlight().count() == 1);
        }

        assertThat(web.counted()).isEqualTo(before + 1);
    }

    @Test
    void probes_areNeverCounted_andNoOtherFilterIsAsked() throws Exception {
        long before = web.counted();

        for (String probe : List.of("/health", "/health/live", "/health/ready", "/health/startup")) {
            WireResponse response = web.get(probe);
            assertThat(response.status()).as(probe).isEqualTo(200);
            assertThat(response.header("cache-control")).isEqualTo("no-store");
        }
        assertThat(web.get("/health/nothing").status()).isEqualTo(404);
        try (WireConnection connection = WireConnection.open(web.port(), Web.SOON)) {
            WireResponse posted = connection.exchange("POST", "/health/ready");
            WireResponse head = connection.exchange("HEAD", "/health/ready?now");

            assertThat(posted.status()).isEqualTo(405);
            assertThat(posted.header("allow")).isEqualTo("GET, HEAD, OPTIONS");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-length")).isEqualTo("15");
        }
        assertThat(web.counted()).isEqualTo(before);
        assertThat(filtered).as("probes that a filter of the application saw").isEmpty();
    }

    @Test
    void webSocketUpgrade_thatIsNotAccepted_isARequestLikeOthers() throws Exception {
        try (WireConnection connection = WireConnection.open(web.port(), Web.SOON)) {
            connection.send(
                    "GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");

            assertThat(connection.read(false).body()).isEqualTo("plain");
        }
    }
}
