package io.ebbtide.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Against a server that does what a test says with each request, on each of its connections. */
@ResourceLock("JMeter") // keeps its settings in static state
final class JMeterRunTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String BAD = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

    /** The first request of a connection is 1. */
    private interface Behaviour {
        /** What is written; null to close the connection without an answer. */
        String answer(int onConnection);
    }

    private final ServerSocket server = open();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void run_ofClientsThatAreAnswered_usesOneConnectionForEachClient() throws Exception {
        Tally tally = run(onConnection -> GOOD, 0);

        assertThat(tally.counts()).isEqualTo(new Tally.Counts(20, 20, 0, 0, 20, 0));
        assertThat(requests).hasValue(20);
        assertThat(connections).hasValue(4);
        assertThat(tally.failures()).isEmpty();
    }

    @Test
    void aKeptConnection_thatIsClosedWithARequestOnIt_isALoss_andTheRequestIsSentOnce() throws Exception {
        // What other tools repeat by themselves, unseen: the loss that a service causes which closes its connections
        // too early.
        Tally tally = run(onConnection -> onConnection == 3 ? null : GOOD, 0);

        // Four clients: two answers each, then a loss, then two answers on another connection.
        assertThat(tally.counts()).isEqualTo(new Tally.Counts(20, 16, 0, 4, 20, 4));
        assertThat(requests).hasValue(20);
        assertThat(connections).hasValue(8);
        assertThat(tally.failures()).containsExactly(Map.entry(Loss.CUT, 4L));
    }

    @Test
    void aClient_thatStillRunsWhenTheScheduleIsOver_isNotInterrupted() throws Exception {
        var never = new CountDownLatch(1);

        Tally tally = run(
                onConnection -> {
                    await(never, Duration.ofMillis(1_500)); // the schedule lasts 1 s
                    return GOOD;
                },
                0);

        assertThat(tally.counts()).isEqualTo(new Tally.Counts(20, 20, 0, 0, 20, 0));
    }

    @Test
    void halfAnAnswer_isALoss() throws Exception {
        Tally tally = run(onConnection -> "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", 0, true);

        assertThat(tally.counts()).isEqualTo(new Tally.Counts(20, 0, 0, 20, 20, 20));
        assertThat(tally.failures()).containsExactly(Map.entry(Loss.CUT, 20L));
    }

    @Test
    void aLostRequest_isRepeatedAsOftenAsSet_thenGivenUp() throws Exception {
        Tally tally = run(onConnection -> BAD, 3);

        assertThat(tally.counts()).isEqualTo(new Tally.Counts(80, 0, 0, 80, 20, 20));
        assertThat(tally.counts().attemptsPerRequest()).isEqualTo(4);
        assertThat(tally.texts()).containsExactly(Map.entry("status 503", 80L));
    }

    @Test
    void aRedirect_isNotFollowed_andIsNoAnswerToTheRequest() throws Exception {
        Tally tally = run(
                onConnection -> "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 3);

        assertThat(tally.counts()).isEqualTo(new Tally.Counts(20, 0, 20, 0, 20, 0));
        assertThat(requests).hasValue(20);
    }

    @Test
    void aRepeatedRequest_thatIsAnswered_isNotLost() throws Exception {
        Tally tally = run(onConnection -> onConnection == 1 ? BAD : GOOD, 3);

        assertThat(tally.counts()).isEqualTo(new Tally.Counts(24, 20, 0, 4, 20, 0));
    }

    @Test
    void awaitEnd_endsJMeterToo_longBeforeItsPause() throws Exception {
        run(onConnection -> GOOD, 0);

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("jmeter");
    }

    @Test
    void awaitEnd_ofClientsThatGetNoAnswer_givesUpInTime_andStopsThem() throws Exception {
        var silence = new CountDownLatch(1);
        JMeterRun run = start(
                onConnection -> {
                    await(silence, PATIENCE);
                    return null;
                },
                0,
                false,
                new Tally());
        try {
            assertThat(run.awaitEnd(Duration.ofSeconds(2))).isFalse();
            run.stop();

            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("jmeter");
        } finally {
            silence.countDown();
        }
    }

    private static void await(CountDownLatch latch, Duration timeout) {
        try {
            var unused = latch.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Tally run(Behaviour behaviour, int retries) throws Exception {
        return run(behaviour, retries, false);
    }

    private Tally run(Behaviour behaviour, int retries, boolean closing) throws Exception {
        var tally = new Tally();
        assertThat(start(behaviour, retries, closing, tally).awaitEnd(PATIENCE)).isTrue();
        return tally;
    }

    /** Four clients with five requests each. */
    private JMeterRun start(Behaviour behaviour, int retries, boolean closing, Tally tally) throws IOException {
        var acceptor = new Thread(() -> accept(behaviour, closing), "server");
        acceptor.setDaemon(true);
        acceptor.start();
        var target =
                new Target(Target.uri("http://127.0.0.1:%d/".formatted(server.getLocalPort())), "GET", null, Map.of());
        var schedule = new Schedule(List.of(new Stage("test", 20, 20, Duration.ofSeconds(1))));
        return JMeterRun.start(new LoadPlan(target, Profile.SOAK, schedule, 5, retries, Duration.ofMinutes(1)), tally);
    }

    private void accept(Behaviour behaviour, boolean closing) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                var connection = new Thread(() -> serve(socket, behaviour, closing), "connection");
                connection.setDaemon(true);
                connection.start();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket accepted, Behaviour behaviour, boolean closing) {
        try (Socket socket = accepted) {
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty()) {
                    continue;
                }
                requests.incrementAndGet();
                String answer = behaviour.answer(++number);
                if (answer == null) {
                    return;
                }
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                if (closing) {
                    return;
                }
            }
        } catch (IOException e) {
            // the client has gone
        }
    }

    private static ServerSocket open() {
        try {
            return new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
