package io.ebbtide.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.health.Health;
import io.ebbtide.health.HealthControl;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.internal.BackgroundLog;
import io.ebbtide.internal.Ticker;
import io.ebbtide.probe.ProbeAnswers;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.sequence.Plan;
import io.ebbtide.testing.FakeTicker;
import io.ebbtide.testing.RawClient;
import io.ebbtide.testing.TestTimeouts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that demand more than their share. The loop reads the time repeatedly: at that point a test stops it, or acts at a
 * moment that no client could hit.
 */
final class ManagementLoadTest {
    private static final String PROBE = "GET /health/live HTTP/1.1\r\n\r\n";
    private static final String LAST_PROBE = "GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n";
    private static final String SCRAPE = "GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n";
    private static final String OPEN_METRICS =
            "GET /metrics HTTP/1.1\r\nConnection: close\r\nAccept: application/openmetrics-text\r\n\r\n";
    private static final String UP = "{\"status\":\"UP\"}";
    private static final String THREAD = "ebbtide-loaded-management";
    private static final int MEBIBYTE = 1024 * 1024;

    private final FakeTicker time = new FakeTicker();
    private final AtomicReference<Runnable> atTheTime = new AtomicReference<>(() -> {});
    private final BackgroundLog log = new BackgroundLog("loaded-log", Ticker.system());
    private final List<RawClient> clients = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private @Nullable ManagementServer server;

    @AfterEach
    void stop() throws Exception {
        atTheTime.set(() -> {});
        released.countDown();
        for (RawClient client : clients) {
            client.close();
        }
        if (server != null) {
            server.stop(TestTimeouts.HANG);
        }
        log.close();
    }

    /** The probe arrives after some requests are answered; the loop stops when the probe is answered, and the requests are counted. */
    @Test
    void clientsThatPipeline_keepNoProbeWaiting() throws Exception {
        start(null);
        RawClient probing = connected();
        List<RawClient> pipelining = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            pipelining.add(connected());
        }
        String requests = PROBE.repeat(1000 / PROBE.length());
        var allSent = new CountDownLatch(1);
        var reads = new AtomicInteger();
        var stopped = new CountDownLatch(1);
        atTheTime.set(() -> {
            await(allSent);
            if (reads.incrementAndGet() == 200) {
                send(probing, PROBE);
            } else if (probing.hasSomethingToRead()) {
                stopped.countDown();
                await(released);
            }
        });

        for (RawClient client : pipelining) {
            client.send(requests);
        }
        allSent.countDown();
        await(stopped);

        int size = probing.readUntil(UP).length();
        int answers = pipelining.stream().mapToInt(RawClient::available).sum() / size;
        assertThat(answers).isBetween(20, 20 * requests.length() / PROBE.length() / 2);
        released.countDown();
        for (RawClient client : pipelining) {
            assertThat(client.read(requests.length() / PROBE.length() * size)).endsWith(UP);
        }
    }

    /** Each accepted connection triggers the next, so that there is always one more to accept. */
    @Test
    void probeOnANewConnection_isAnsweredThoughMoreConnectThanAreKept() throws Exception {
        start(null);
        var isConnected = new CountDownLatch(1);
        var more = new AtomicInteger(Connections.MAX + 50);
        RawClient first = connected();
        atTheTime.set(() -> {
            await(isConnected);
            if (isIn("Connection", "<init>") && more.getAndDecrement() > 0) {
                connect();
            }
        });
        first.send(PROBE);

        RawClient probing = connect();
        probing.send(PROBE);
        isConnected.countDown();

        assertThat(probing.readUntil(UP)).startsWith("HTTP/1.1 200 OK\r\n");
        Awaitility.await().until(() -> more.get() <= 0);
    }

    /** The closed client's request arrives when the loop has begun to accept the connection for which it is closed. */
    @Test
    void connectionThatIsClosedForAnother_isReadAndAnsweredFirst() throws Exception {
        start(null);
        RawClient longest = connected();
        for (int i = 1; i < Connections.MAX; i++) {
            connected();
        }
        var hasSent = new CountDownLatch(1);
        atTheTime.set(() -> {
            if (isIn("EventLoop", "add") && hasSent.getCount() > 0) {
                send(longest, PROBE);
                hasSent.countDown();
            }
        });

        RawClient another = connect();
        await(hasSent);

        assertThat(longest.readAll())
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Connection: close\r\n")
                .endsWith(UP);
        assertThat(answered(another, LAST_PROBE)).startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    void scrapesThatWait_shareOneRendering_thatBeginsAfterThem() throws Exception {
        var renderings = new AtomicInteger();
        start(type -> {
            int number = renderings.incrementAndGet();
            await(released);
            return "rendering " + number;
        });
        RawClient first = connect();
        first.send(SCRAPE);
        Awaitility.await().until(() -> renderings.get() == 1);
        List<RawClient> waiting = List.of(connect(), connect(), connect());
        RawClient other = connect();
        for (RawClient client : waiting) {
            client.send(SCRAPE);
        }
        other.send(OPEN_METRICS);
        turn();

        released.countDown();

        assertThat(first.readAll()).endsWith("\r\n\r\nrendering 1");
        var shared = new TreeSet<String>();
        for (RawClient client : waiting) {
            String answer = client.readAll();
            shared.add(answer.substring(answer.indexOf("\r\n\r\n") + 4));
        }
        assertThat(shared).hasSize(1).isSubsetOf("rendering 2", "rendering 3"); // the first request that is read
        assertThat(other.readAll())
                .contains("openmetrics")
                .endsWith(shared.contains("rendering 2") ? "\r\n\r\nrendering 3" : "\r\n\r\nrendering 2");
        assertThat(renderings).hasValue(3);
    }

    @Test
    void answersThatAreNotRead_keepFurtherRenderingsBack_untilTheirReadersAreClosed() throws Exception {
        var renderings = new AtomicInteger();
        String text = "x".repeat(3 * MEBIBYTE);
        start(type -> {
            renderings.incrementAndGet();
            return text;
        });
        List<RawClient> unread = new ArrayList<>();
        for (int i = 0; i < 3; i++) { // after the third, 9 MiB wait
            RawClient client = connect();
            client.send(SCRAPE);
            Awaitility.await().until(client::hasSomethingToRead);
            unread.add(client);
        }
        List<RawClient> reading = List.of(connect(), connect());
        for (RawClient client : reading) {
            client.send(SCRAPE);
        }
        turn();
        assertThat(renderings).hasValue(3);

        for (int i = 0; i < 16 && renderings.get() == 3; i++) { // 8 s: less than a reader has if there is room
            time.advance(Duration.ofMillis(500));
            turn();
        }

        for (RawClient client : reading) {
            assertThat(client.readAll()).endsWith("\r\n\r\n" + text);
        }
        assertThat(renderings).as("the two shared one").hasValue(4);
        for (RawClient client : unread) {
            assertThat(client.drained()).as("closed").isLessThan(3 * MEBIBYTE);
        }
    }

    /** If nothing waits for the memory, a slow reader has the full time of an answer. */
    @Test
    void slowReader_whereThereIsRoom_isNotClosed() throws Exception {
        String text = "x".repeat(3 * MEBIBYTE);
        start(type -> text);
        RawClient slow = connect();
        slow.send(SCRAPE);
        Awaitility.await().until(slow::hasSomethingToRead);

        time.advance(Duration.ofMillis(9_999));
        turn();

        assertThat(slow.readAll()).endsWith("\r\n\r\n" + text);
    }

    @Test
    void largeAnswer_comesWhole_withProbesBetween() throws Exception {
        String text =
                IntStream.range(0, 2 * MEBIBYTE).mapToObj(Integer::toString).collect(Collectors.joining(" "));
        start(type -> text);
        RawClient probing = connected();
        RawClient reader = connect();

        reader.send(SCRAPE);
        var read = new StringBuilder(reader.readUntil("\r\n\r\n"));
        read.setLength(0);
        for (int i = 0; i < 8; i++) {
            read.append(reader.read(MEBIBYTE));
            assertThat(answered(probing, PROBE)).startsWith("HTTP/1.1 200 OK\r\n");
        }

        assertThat(read.append(reader.readAll()).toString().equals(text)).isTrue();
    }

    private void start(@Nullable MetricsText metrics) throws IOException {
        Ticker ticker = () -> {
            if (Thread.currentThread().getName().equals(THREAD)) {
                atTheTime.get().run();
                time.advance(Duration.ofNanos(1));
            }
            return time.nanos();
        };
        var health = new Health("loaded", time, log);
        var plan = new Plan(
                "loaded",
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                GraceBudget.of(Duration.ofSeconds(30), GraceBudget.Shares.DERIVED, Duration.ofSeconds(15)),
                LameDuckRules.defaults(),
                Map.of(),
                Map.of());
        var probes = ProbeAnswers.probes(
                health, new Lifecycle(plan, new HealthControl(health), new InFlight(time), log, time), true);
        server = new ManagementServer("loaded", "127.0.0.1", 0, probes, metrics, log, ticker);
        server.start();
    }

    /** Sends two probes, one after the other: all requests sent before them have been read when the second is answered. */
    private void turn() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (var client = new RawClient(port())) {
                assertThat(answered(client, LAST_PROBE)).startsWith("HTTP/1.1 200 OK\r\n");
            }
        }
    }

    private RawClient connected() throws IOException {
        RawClient client = connect();
        answered(client, PROBE);
        return client;
    }

    private RawClient connect() {
        try {
            var client = new RawClient(port());
            clients.add(client);
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int port() {
        return server == null ? -1 : server.port();
    }

    private static String answered(RawClient client, String request) throws IOException {
        client.send(request);
        return client.readUntil(UP);
    }

    private static void send(RawClient client, String text) {
        try {
            client.send(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isIn(String type, String method) {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getMethodName().equals(method)
                        && frame.getClassName().endsWith(".management." + type)));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
