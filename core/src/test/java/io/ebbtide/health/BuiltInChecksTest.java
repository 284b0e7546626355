package io.ebbtide.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.ebbtide.testing.TestTimeouts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BuiltInChecksTest {
    @Test
    void tcp_ofOpenAndClosedPort_tellsThemApart() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket silent = boundAndNotListening()) {
            assertThat(run(Check.tcp("localhost", server.getLocalPort()))).isEqualTo(Outcome.up());
            assertThat(run(Check.tcp("localhost", silent.getLocalPort())))
                    .isEqualTo(Outcome.down("connection refused"));
        }

        assertThat(run(Check.tcp("no-such-host.invalid", 1))).isEqualTo(Outcome.down("host name not found"));
        assertThatThrownBy(() -> Check.tcp("localhost", 0)).hasMessage("port: 0 (expected: 1 to 65535)");
    }

    @Test
    void http_isUpWith2xxAlone() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            int status = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
            exchange.getResponseHeaders().add("Location", "/200");
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        String base = "http://localhost:" + server.getAddress().getPort();
        try {
            assertThat(run(Check.http(URI.create(base + "/204"))))
                    .isEqualTo(Outcome.up().with("status", 204));
            assertThat(run(Check.http(URI.create(base + "/302"))))
                    .isEqualTo(Outcome.down("answered 302").with("status", 302));
            assertThat(run(Check.http(URI.create(base + "/503"))))
                    .isEqualTo(Outcome.down("answered 503").with("status", 503));
        } finally {
            server.stop(0);
        }
        try (Socket silent = boundAndNotListening()) {
            assertThat(run(Check.http(URI.create("http://localhost:" + silent.getLocalPort() + "/200"))))
                    .isEqualTo(Outcome.down("connection refused"));
        }
    }

    @Test
    void deadlock_ofTwoThreads_isSeenWithTheirNames() throws Exception {
        assertThat(run(Check.deadlock())).isEqualTo(Outcome.up());
        var one = new ReentrantLock();
        var other = new ReentrantLock();
        var bothHold = new CyclicBarrier(2);
        Thread first = lockBoth("deadlocked-1", one, other, bothHold);
        Thread second = lockBoth("deadlocked-2", other, one, bothHold);

        Awaitility.await().until(() -> !run(Check.deadlock()).passed());
        Outcome outcome = run(Check.deadlock());
        first.interrupt();
        second.interrupt();

        assertThat(outcome)
                .isEqualTo(Outcome.down("deadlock of 2 threads").with("threads", "deadlocked-1, deadlocked-2"));
        first.join();
        second.join();
    }

    @Test
    void diskSpace_belowTheMinimum_isDown(@TempDir Path folder) throws Exception {
        assertThat(run(Check.diskSpace(folder, 1)).passed()).isTrue();
        assertThat(run(Check.diskSpace(folder, Long.MAX_VALUE)).reason()).isEqualTo("disk is nearly full");
        assertThat(run(Check.diskSpace(folder.resolve("missing"), 1))).isEqualTo(Outcome.down("no such path"));
        assertThatThrownBy(() -> Check.diskSpace(folder, 0)).hasMessage("minimumBytes: 0 (expected: >= 1)");
    }

    @Test
    void heap_isJudgedByWhatACollectionLeft() throws Exception {
        assertThat(new HeapCheck(() -> 900, 1_000, 90).call().passed()).isTrue();
        assertThat(new HeapCheck(() -> HeapCheck.UNKNOWN, 1_000, 90).call())
                .isEqualTo(Outcome.up().with("usedPercent", "unknown").with("maximumPercent", 90));
        assertThat(new HeapCheck(() -> 911, 1_000, 90).call())
                .isEqualTo(Outcome.down("heap is full after collection")
                        .with("usedPercent", 91L)
                        .with("maximumPercent", 90));
        assertThat(run(Check.heapAfterCollection(100)).passed()).isTrue();
    }

    @Test
    void heartbeat_ofAStuckExecutor_doesNotAnswer() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            assertThat(run(Check.heartbeat(executor))).isEqualTo(Outcome.up());
            var release = new CountDownLatch(1);
            executor.execute(() -> awaitQuietly(release));

            var stage = Check.heartbeat(executor).body().begin().toCompletableFuture();

            assertThat(stage).isNotDone();
            release.countDown();
            assertThat(stage.get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(Outcome.up());
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void dependencies_areSharedUntilRequired() {
        assertThat(Check.of(Outcome::up).isRequired()).isTrue();
        assertThat(Check.tcp("localhost", 1).isRequired()).isFalse();
        assertThat(Check.tcp("localhost", 1).required().isRequired()).isTrue();
        assertThat(Check.tcp("localhost", 1).isDependency()).isTrue();
    }

    /** Reserves a port that refuses connections, and that no other test can bind until it is closed. */
    private static Socket boundAndNotListening() throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return socket;
    }

    private static Outcome run(Check check) throws Exception {
        return check.body().begin().toCompletableFuture().get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);
    }

    private static Thread lockBoth(String name, ReentrantLock mine, ReentrantLock theirs, CyclicBarrier bothHold) {
        var thread = new Thread(
                () -> {
                    mine.lock();
                    try {
                        bothHold.await();
                        theirs.lockInterruptibly();
                        theirs.unlock();
                    } catch (Exception e) {
                        // the test is over
                    } finally {
                        mine.unlock();
                    }
                },
                name);
        thread.start();
        return thread;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
