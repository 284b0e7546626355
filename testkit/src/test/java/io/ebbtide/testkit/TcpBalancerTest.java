package io.ebbtide.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a rollout asks of a balancer, on real sockets. */
final class TcpBalancerTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final AtomicLong nanos = new AtomicLong();
    private final TcpBalancer balancer = TcpBalancer.start(nanos::get);
    private final List<Socket> clients = new ArrayList<>();
    private NamedServer first;
    private NamedServer second;

    @BeforeEach
    void listen() throws IOException {
        first = NamedServer.start('a');
        second = NamedServer.start('b');
    }

    @AfterEach
    void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        balancer.close();
        first.close();
        second.close();
    }

    @Test
    void connections_goToTheBackendsInTurn() throws Exception {
        balancer.add(first.port());
        balancer.add(second.port());

        String names = "" + nameOf(connect()) + nameOf(connect()) + nameOf(connect()) + nameOf(connect());

        assertThat(names).isIn("abab", "baba");
        assertThat(balancer.opened(first.port())).isEqualTo(2);
        assertThat(balancer.open(second.port())).isEqualTo(2);
    }

    @Test
    void connection_thatIsClosed_isCountedAsOpenedAlone() throws Exception {
        balancer.add(first.port());
        Socket client = connect();
        nameOf(client);

        client.close();

        Awaitility.await().atMost(SOON).until(() -> balancer.open(first.port()) == 0);
        assertThat(balancer.opened(first.port())).isEqualTo(1);
    }

    @Test
    void removeAfter_takesEffectAfterTheLag_andNotBefore() throws Exception {
        Duration lag = Duration.ofSeconds(2);
        balancer.add(first.port());
        balancer.add(second.port());
        balancer.removeAfter(first.port(), lag);

        nanos.addAndGet(lag.toNanos() - 1);
        assertThat(List.of(nameOf(connect()), nameOf(connect()))).containsExactlyInAnyOrder('a', 'b');
        nanos.addAndGet(1);
        assertThat(List.of(nameOf(connect()), nameOf(connect()))).containsExactly('b', 'b');
    }

    @Test
    void removeAfter_calledAgain_keepsTheEarlierEnd() throws Exception {
        balancer.add(first.port());
        balancer.add(second.port());
        balancer.removeAfter(first.port(), Duration.ZERO);

        balancer.removeAfter(first.port(), Duration.ofMinutes(1));

        assertThat("" + nameOf(connect()) + nameOf(connect())).isEqualTo("bb");
    }

    @Test
    void removal_keepsEstablishedConnections() throws Exception {
        balancer.add(first.port());
        balancer.add(second.port());
        Socket one = connect();
        Socket other = connect();
        boolean oneIsFirst = nameOf(one) == 'a';
        nameOf(other);
        Socket established = oneIsFirst ? one : other;

        balancer.removeAfter(first.port(), Duration.ZERO);
        first.close();

        assertThat(nameOf(connect())).isEqualTo('b');
        established.getOutputStream().write('x');
        assertThat(established.getInputStream().read()).isEqualTo('x');
        assertThat(balancer.open(first.port())).isEqualTo(1);
        assertThat(balancer.refused()).isZero();
    }

    @Test
    void backend_thatRefuses_closesTheClient_andNoOtherIsTried() throws Exception {
        balancer.add(first.port());
        balancer.add(second.port());
        first.close();

        int ended = 0;
        for (int i = 0; i < 4; i++) {
            ended += isEnded(connect()) ? 1 : 0;
        }

        assertThat(ended).isEqualTo(2);
        assertThat(balancer.refused()).isEqualTo(2);
        assertThat(balancer.opened(first.port())).isZero();
        assertThat(balancer.opened(second.port())).isEqualTo(2);
    }

    @Test
    void noBackend_closesTheClient() throws Exception {
        assertThat(isEnded(connect())).isTrue();
        assertThat(balancer.refused()).isEqualTo(1);
    }

    @Test
    void clientThatEndsItsSide_isStillAnswered() throws Exception {
        balancer.add(first.port());
        Socket client = connect();

        client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();

        assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("ahello");
        Awaitility.await().atMost(SOON).until(() -> balancer.open(first.port()) == 0);
    }

    @Test
    void backendThatEndsItsSide_isStillSpokenTo() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            balancer.add(listener.getLocalPort());
            Socket client = connect();
            try (Socket backend = listener.accept()) {
                backend.shutdownOutput();

                assertThat(client.getInputStream().read()).isNegative();
                client.getOutputStream().write('x');
                assertThat(backend.getInputStream().read()).isEqualTo('x');
            }
        }
    }

    @Test
    void resetOfTheClient_isAResetForTheBackend() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            balancer.add(listener.getLocalPort());
            Socket client = connect();
            try (Socket backend = listener.accept()) {
                client.setSoLinger(true, 0);
                client.close();

                assertThatThrownBy(() -> backend.getInputStream().read()).isInstanceOf(SocketException.class);
            }
        }
    }

    @Test
    void resetOfTheBackend_isAResetForTheClient_afterWhatItSaid() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            balancer.add(listener.getLocalPort());
            Socket client = connect();
            Socket backend = listener.accept();
            // A reset before the balancer knows of the connection is a refusal to it.
            Awaitility.await().atMost(SOON).until(() -> balancer.open(listener.getLocalPort()) == 1);
            backend.getOutputStream().write('x');
            backend.setSoLinger(true, 0);
            backend.close();

            assertThat(client.getInputStream().read()).isEqualTo('x');
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void largeTransfer_throughASlowReader_isWholeAndInOrder() throws Exception {
        balancer.add(first.port());
        byte[] sent = new byte[32 * 1_024 * 1_024]; // more than all buffers on the way together
        new Random(1).nextBytes(sent);
        Socket client = connect();
        nameOf(client);

        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(client, sent));
        Awaitility.await() // the client does not read, so the sender cannot continue
                .pollDelay(Duration.ofMillis(300))
                .untilAsserted(() -> assertThat(sending).isNotDone());
        byte[] received = client.getInputStream().readAllBytes();

        sending.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(received).isEqualTo(sent);
    }

    @Test
    void close_endsConnectionsPortAndThread() throws Exception {
        balancer.add(first.port());
        Socket client = connect();
        nameOf(client);

        balancer.close();
        balancer.close();

        assertThat(isEnded(client)).isTrue();
        assertThat(balancer.open(first.port())).isZero();
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("tcp-balancer-" + balancer.port());
    }

    @Test
    void backend_thatIsNotKnown_orKnownAlready_isRefused() {
        balancer.add(first.port());

        assertThatThrownBy(() -> balancer.add(first.port()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("backend: %d (expected: one that was not added before)", first.port());
        assertThatThrownBy(() -> balancer.removeAfter(second.port(), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("backend: %d (expected: one that was added)", second.port());
        assertThatThrownBy(() -> balancer.removeAfter(first.port(), Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lag: PT-0.001S (expected: >= 0, at most 365 days)");
        assertThatThrownBy(() -> balancer.add(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("backend: 0 (expected: 1 to 65535)");
    }

    private Socket connect() throws IOException {
        var client = new Socket(InetAddress.getLoopbackAddress(), balancer.port());
        clients.add(client);
        client.setSoTimeout(Math.toIntExact(SOON.toMillis()));
        return client;
    }

    private static char nameOf(Socket client) throws IOException {
        return (char) client.getInputStream().read();
    }

    private static boolean isEnded(Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(Socket client, byte[] bytes) {
        try {
            client.getOutputStream().write(bytes);
            client.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
