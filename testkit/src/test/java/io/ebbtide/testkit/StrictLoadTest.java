package io.ebbtide.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What counts as lost, against a server that answers as it is configured. */
final class StrictLoadTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private ServerSocket server;
    private volatile String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(this::serve, "server");
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void completeAnswers_areAnswered() throws Exception {
        StrictLoad load = start();
        Awaitility.await().atMost(SOON).until(() -> load.sent() > 20);
        load.stop();

        LoadResult result = load.await(SOON);

        assertThat(result.lost()).isEmpty();
        assertThat(result.answered()).isEqualTo(result.sent()).isEqualTo(requests.get());
        assertThat(result.statuses()).containsOnlyKeys(200);
    }

    @Test
    void clients_renewTheirConnectionsAfterSoManyRequests() throws Exception {
        StrictLoad load = StrictLoad.start(server.getLocalPort(), 1, 5, number -> WireRequest.get("/a"));
        Awaitility.await().atMost(SOON).until(() -> load.sent() > 20);
        load.stop();

        LoadResult result = load.await(SOON);

        assertThat(result.lost()).isEmpty();
        assertThat(accepted).hasValue((int) (result.sent() + 4) / 5);
    }

    @Test
    void anAnswerOf503_isLost() throws Exception {
        answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

        assertLost("GET /a was answered 503");
    }

    @Test
    void aConnectionThatEndsWithoutAnswer_isLost() throws Exception {
        answer = "";

        assertLost("GET /a was not answered: java.io.EOFException: the connection ended within the head, after: ");
    }

    @Test
    void anAnswerThatEndsHalfWay_isLost() throws Exception {
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";

        assertLost("GET /a was not answered: java.io.EOFException: the connection ended 6 bytes before the body did");
    }

    @Test
    void aConnectionClosedBehindTheClientsBack_isALostRequest() throws Exception {
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nCLOSE";
        StrictLoad load = start();
        Awaitility.await().atMost(SOON).until(() -> load.lost() > 0);
        load.stop();

        assertThat(load.await(SOON).lost().get(0)).startsWith("GET /a was not answered: ");
    }

    @Test
    void closedPort_isALoss_unlessTheClientsWereNotified() throws Exception {
        StrictLoad load = start();
        closePort(load);

        LoadResult result = load.await(SOON);

        assertThat(result.gone()).isEqualTo(2);
        assertThat(result.answered()).isEqualTo(result.sent());
        assertThat(result.lost())
                .hasSize(2)
                .allSatisfy(lost -> assertThat(lost)
                        .startsWith("a client that had not been notified of the removal found the port closed: "));
    }

    @Test
    void closedPort_isNoLoss_ofClientsThatLearnByIt() throws Exception {
        StrictLoad load = start();
        load.expectRefusedConnections();
        closePort(load);

        LoadResult result = load.await(SOON);

        assertThat(result.gone()).isEqualTo(2);
        assertThat(result.lost()).isEmpty();
        assertThat(result.answered()).isEqualTo(result.sent());
    }

    @Test
    void clientsThatPauseAfterALoss_goOn_alsoWhereNothingListens() throws Exception {
        answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        StrictLoad load = start();
        load.pauseAfterLoss(Duration.ofMillis(5));
        closePort(load);
        int refused = load.lost();
        Awaitility.await().atMost(SOON).until(() -> load.lost() > refused + 10);
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        listenAgain();
        Awaitility.await().atMost(SOON).until(() -> load.answered() > 10);
        load.stop();

        assertThat(load.await(SOON).gone()).isGreaterThan(10);
    }

    private void listenAgain() throws IOException {
        server = new ServerSocket(server.getLocalPort(), 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(this::serve, "server again");
        thread.setDaemon(true);
        thread.start();
    }

    private void closePort(StrictLoad load) throws IOException {
        Awaitility.await().atMost(SOON).until(() -> accepted.get() == 2 && load.sent() > 10);
        int port = server.getLocalPort();
        server.close();
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThatThrownBy(() -> WireConnection.open(port, SOON))
                        .isInstanceOf(ConnectException.class));
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    }

    @Test
    void await_ofAServerThatNeverAnswers_saysWhoWaits() throws Exception {
        answer = "WAIT";
        StrictLoad load = start();
        Awaitility.await().atMost(SOON).until(() -> load.sent() == 2);
        load.stop();

        assertThatThrownBy(() -> load.await(Duration.ofMillis(200)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("client-0 still waits for an answer after 200 ms; 2 sent, 0 answered");
    }

    private StrictLoad start() {
        return StrictLoad.start(server.getLocalPort(), 2, number -> WireRequest.get("/a"));
    }

    private void assertLost(String reason) throws InterruptedException {
        StrictLoad load = start();
        Awaitility.await().atMost(SOON).until(() -> load.lost() > 2);
        load.stop();
        LoadResult result = load.await(SOON);

        assertThat(result.answered()).isZero();
        assertThat(result.lost()).hasSize((int) result.sent()).containsOnly(reason);
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                accepted.incrementAndGet();
                var thread = new Thread(() -> answer(client), "server of one");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void answer(Socket client) {
        try (client) {
            while (readHead(client)) {
                requests.incrementAndGet();
                String now = answer;
                if (now.equals("WAIT")) {
                    continue;
                }
                client.getOutputStream().write(now.replace("CLOSE", "").getBytes(StandardCharsets.ISO_8859_1));
                boolean whole = now.contains("Content-Length: 0") || now.endsWith("ok");
                if (!whole || now.contains("Connection: close") || now.contains("CLOSE")) {
                    return;
                }
            }
        } catch (IOException e) {
            // the client is gone
        }
    }

    private static boolean readHead(Socket client) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int c = client.getInputStream().read();
            if (c < 0) {
                return false;
            }
            matched = c == "\r\n\r\n".charAt(matched) ? matched + 1 : c == '\r' ? 1 : 0;
        }
        return true;
    }
}
