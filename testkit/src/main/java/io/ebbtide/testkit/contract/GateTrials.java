package io.ebbtide.testkit.contract;

import io.ebbtide.report.ShutdownReport;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Once nothing is in flight and the gate is closed, requests are refused, with a proper answer and without much work. */
final class GateTrials {
    private static final int PART_BYTES = 64 * 1024;
    private static final long BODY_BYTES = 256L * 1024 * 1024;

    /** The buffers of a connection hold tens of MiB, and the server reads a part before it refuses; but less than half. */
    private static final long MAX_TAKEN_BYTES = BODY_BYTES / 2;

    /** A server that reads all reads some bytes in each such period. */
    private static final Duration A_WHILE = Duration.ofMillis(2_500);

    /** Bodies that are complete, that are incomplete, and that wait for 100 (Continue). */
    private static final List<String> FRAMINGS = List.of(
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
            "Content-Length: 5\r\n\r\nhel",
            "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
            "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");

    private GateTrials() {}

    static void close(Stage stage) throws Exception {
        stage.beginShutdown();
        stage.drain();
        stage.closeGate();
    }

    static void refused(Stage stage) throws Exception {
        WireConnection client = stage.connectAndAsk();
        WireConnection posting = stage.connectAndAsk();
        List<WireConnection> framings = new ArrayList<>();
        for (int i = 0; i < FRAMINGS.size(); i++) {
            framings.add(stage.connectAndAsk());
        }
        close(stage);
        verify(client.exchange("GET", Scenario.PLAIN.path()));
        verify(posting.exchange(WireRequest.post(Scenario.ECHO.path(), "{\"order\":1}")));
        for (int i = 0; i < framings.size(); i++) {
            framings.get(i).send("POST " + Scenario.ECHO.path() + " HTTP/1.1\r\nHost: localhost\r\n" + FRAMINGS.get(i));
            verify(framings.get(i).read(false));
        }
        Seen.that(EndTrials.isEnded(client), "the connection", "open", "ended");
        for (WireConnection each : framings) {
            each.close(); // a body that ends in its middle
        }
        ShutdownReport.Late late = stage.end().late();
        Seen.equal("late requests", late.count(), 2L + FRAMINGS.size());
        Seen.equal("refused", late.refused(), 2L + FRAMINGS.size());
    }

    /** The deadline passes while a request is stuck: later requests are refused, too. */
    static void refusedAfterTheDeadline(Stage stage) throws Exception {
        WireConnection client = stage.connectAndAsk();
        stage.begin(Scenario.BLOCKING);
        stage.awaitInFlight(1);
        stage.shutdownUntilClose();
        verify(client.exchange("GET", Scenario.PLAIN.path()));
        stage.application().release();
        ShutdownReport report = stage.end();
        Seen.equal("refused", report.late().refused(), 1L);
    }

    static void largeBody(Stage stage) throws Exception {
        WireConnection client = stage.connectAndAsk();
        close(stage);
        var taken = new AtomicLong();
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + BODY_BYTES + "\r\n\r\n");
        var sending = new Thread(() -> send(client, taken), "contract-client");
        sending.setDaemon(true);
        sending.start();
        verify(client.read(false));
        for (long before = -1; sending.isAlive() && taken.get() != before; ) {
            before = taken.get();
            sending.join(A_WHILE.toMillis());
        }
        Seen.that(taken.get() <= MAX_TAKEN_BYTES, "bytes taken of a body that is refused", taken, "<= 128 MiB");
        client.close();
        Seen.equal("refused", stage.end().late().refused(), 1L);
    }

    private static void send(WireConnection client, AtomicLong taken) {
        String part = "x".repeat(PART_BYTES);
        try {
            while (taken.get() < BODY_BYTES) {
                client.send(part);
                taken.addAndGet(PART_BYTES);
            }
        } catch (IOException e) {
            // the server may have ended the connection
        }
    }

    private static void verify(WireResponse response) {
        Seen.equal("the status", response.status(), 503);
        Seen.that(response.closes(), "Connection", response.header("Connection"), "close");
        String retryAfter = response.header("Retry-After");
        Seen.that(retryAfter.matches("[1-5]"), "Retry-After", retryAfter, "1 to 5");
    }
}
