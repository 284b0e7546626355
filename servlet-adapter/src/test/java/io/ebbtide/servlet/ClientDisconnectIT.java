package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.testkit.WireConnection;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that closes its connection is no error of the server; a servlet that fails after the head of its answer is one. */
final class ClientDisconnectIT {
    private static final byte[] PART = new byte[64 * 1024];

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Web web;

    @BeforeEach
    void start() throws Exception {
        web = Web.of(ClientDisconnectIT::register, Ebbtide.builder("web").metrics(registry));
    }

    @AfterEach
    void stop() throws Exception {
        web.close();
    }

    private static void register(ServletContext context) {
        Web.serve(context, "/download", (request, response) -> download(response));
        Web.serve(context, "/swallowed", (request, response) -> {
            try {
                download(response);
            } catch (IOException e) {
                // as many applications do
            }
        });
        Web.serve(context, "/asynchronous", (request, response) -> {
            AsyncContext async = request.startAsync();
            async.setTimeout(0);
            async.start(() -> {
                try {
                    download(async.getResponse());
                } catch (IOException e) {
                    async.complete();
                }
            });
        });
        Web.serve(context, "/wrapped", (request, response) -> {
            try {
                download(response);
            } catch (IOException e) {
                throw new IllegalStateException("the page cannot be made", e);
            }
        });
        Web.serve(context, "/fails", (request, response) -> {
            response.getOutputStream().write(PART);
            response.flushBuffer();
            throw new IllegalStateException("a servlet that fails after the head of its answer");
        });
    }

    private static void download(ServletResponse response) throws IOException {
        response.setContentLengthLong(Long.MAX_VALUE);
        while (true) {
            response.getOutputStream().write(PART);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/download", "/swallowed", "/asynchronous", "/wrapped"})
    void clientThatCancels_isAnOutcomeOfItsOwn(String path) throws Exception {
        try (WireConnection connection = WireConnection.open(web.port(), Web.SOON)) {
            connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            connection.readHead();
            connection.abort();
        }

        assertThat(awaitOutcome()).isEqualTo("UNKNOWN");
        assertThat(web.service.inFlight().count()).isZero();
    }

    @Test
    void servletThatFailsAfterTheHead_isAnError() throws Exception {
        try (WireConnection connection = WireConnection.open(web.port(), Web.SOON)) {
            connection.send("GET /fails HTTP/1.1\r\nHost: localhost\r\n\r\n");
            connection.readHead();

            assertThat(awaitOutcome()).isEqualTo("SERVER_ERROR");
        }
    }

    private String awaitOutcome() {
        Timer timer = Awaitility.await()
                .atMost(Web.SOON)
                .until(
                        () -> registry.find("http.server.requests").timer(),
                        found -> found != null && found.count() == 1);
        return timer.getId().getTag("outcome");
    }
}
