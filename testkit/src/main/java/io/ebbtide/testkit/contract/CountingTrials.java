package io.ebbtide.testkit.contract;

import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Each request is counted once and ends once, regardless of its outcome. */
final class CountingTrials {
    private static final Duration LONG_ENOUGH_TO_BE_SEEN = Duration.ofMillis(50);
    private static final Duration A_MOMENT = Duration.ofMillis(150);

    private CountingTrials() {}

    /** Sends three requests on one connection, each answered with these values. */
    static Trial answered(Scenario scenario, int status, @Nullable String body) {
        return answered(scenario.path(), status, body);
    }

    static Trial answered(String path, int status, @Nullable String body) {
        return stage -> {
            long before = stage.total();
            for (int i = 0; i < 3; i++) {
                try (WireConnection client = stage.connect()) {
                    WireResponse response = client.exchange("GET", path);
                    Seen.equal("the status", response.status(), status);
                    if (body != null) {
                        Seen.equal("the body", response.body(), body);
                    }
                }
            }
            stage.awaitCounted(before, 3);
        };
    }

    static void keptConnection(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        for (int i = 0; i < 3; i++) {
            WireResponse response = client.exchange("GET", Scenario.PLAIN.path());
            Seen.equal("the body", response.body(), "plain");
            Seen.that(!response.closes(), "Connection", response.header("Connection"), "none, or keep-alive");
        }
        stage.awaitCounted(before, 3);
    }

    static void timed(Stage stage) throws Exception {
        WireConnection client = stage.connect();
        long before = stage.timed();
        timed(stage, client, "GET", Scenario.PLAIN, "200");
        timed(stage, client, "HEAD", Scenario.PLAIN, "200");
        timed(stage, client, "GET", Scenario.EMPTY, "204");
        timed(stage, stage.connect(), "GET", Scenario.FAILS, "500");
        Seen.equal("requests that were reported to the meters", stage.timed() - before, 4L);
    }

    private static void timed(Stage stage, WireConnection client, String method, Scenario scenario, String status)
            throws Exception {
        long before = stage.timed("method", method, "status", status);
        client.exchange(method, scenario.path());
        stage.awaitInFlight(0);
        Seen.equal(
                method + " with " + status + " that were reported to the meters",
                stage.timed("method", method, "status", status) - before,
                1L);
    }

    static void timedWithoutAnswer(Stage stage) throws Exception {
        long before = stage.timed();
        WireConnection client = stage.begin(Scenario.BLOCKING);
        stage.awaitInFlight(1);
        client.close();
        stage.application().release();
        stage.awaitInFlight(0);
        Seen.equal("requests that were reported to the meters", stage.timed() - before, 1L);
    }

    static void failureWithin(Stage stage) throws Exception {
        long before = stage.total();
        stage.begin(Scenario.FAILS_WITHIN).readHead();
        stage.awaitCounted(before, 1);
    }

    static void failureWithinIsDetectable(Stage stage) throws Exception {
        WireConnection client = stage.begin(Scenario.FAILS_WITHIN);
        WireResponse response;
        try {
            response = client.read(false);
        } catch (IOException e) {
            return; // the connection ended before the answer did
        }
        Seen.that(
                response.status() >= 500,
                "an answer whose handler failed while sending it",
                response,
                "an incomplete answer, or a status 5xx");
    }

    static void async(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.begin(Scenario.ASYNC);
        stage.awaitInFlight(1);
        stage.application().release();
        Seen.equal("the body", client.read(false).body(), "async");
        stage.awaitCounted(before, 1);
    }

    static void asyncWithoutThread(Stage stage) throws Exception {
        stage.begin(Scenario.ASYNC);
        stage.awaitInFlight(1);
        Seen.that(
                Seen.soon(stage.patience(), () -> only(stage).thread() == null),
                "the thread of a request that waits",
                only(stage).thread(),
                "none");
    }

    static void asyncFailure(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.begin(Scenario.ASYNC_FAILS);
        Seen.equal("the status", client.read(false).status(), 500);
        stage.awaitCounted(before, 1);
    }

    static void asyncTimeout(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.begin(Scenario.ASYNC_NEVER);
        int status = client.read(false).status();
        Seen.that(status >= 500, "the status", status, "5xx");
        stage.awaitCounted(before, 1);
    }

    static void clientGoneBefore(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.begin(Scenario.BLOCKING);
        stage.awaitInFlight(1);
        client.abort();
        stage.application().release();
        stage.awaitCounted(before, 1);
    }

    static void clientGoneWithin(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.begin(Scenario.STREAM);
        Seen.equal("the status", client.readHead().status(), 200);
        client.abort();
        stage.application().release();
        stage.awaitCounted(before, 1);
    }

    static void clientGoneAfter(Stage stage) throws Exception {
        long before = stage.total();
        stage.connectAndAsk().abort();
        stage.awaitCounted(before, 1);
    }

    static void clientGoneWithoutReading(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.begin(Scenario.LARGE);
        stage.awaitInFlight(1);
        client.abort();
        stage.awaitCounted(before, 1);
    }

    static void clientGoneWithinItsBody(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
        stage.awaitInFlight(1);
        client.abort();
        stage.awaitCounted(before, 1);
    }

    static void slowReader(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.begin(Scenario.LARGE);
        stage.awaitInFlight(1);
        boolean over = Seen.soon(A_MOMENT, () -> stage.inFlight().count(WorkKind.REQUEST) == 0);
        Seen.that(!over, "a request whose answer the client does not read", "over", "in flight");
        Seen.equal("the length of the body", client.read(false).body().length(), Scenario.LARGE_BYTES);
        stage.awaitCounted(before, 1);
    }

    static void slowSender(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
        stage.awaitInFlight(1);
        client.send("56789");
        Seen.equal("the body", client.read(false).body(), "0123456789");
        stage.awaitCounted(before, 1);
    }

    static void head(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        for (int i = 0; i < 2; i++) {
            Seen.equal(
                    "the status", client.exchange("HEAD", Scenario.PLAIN.path()).status(), 200);
        }
        stage.awaitCounted(before, 2);
    }

    static void http10(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        client.send("GET /plain HTTP/1.0\r\n\r\n");
        Seen.equal("the body", client.read(false).body(), "plain");
        Seen.that(client.isEnded(), "the connection", "open", "ended");
        stage.awaitCounted(before, 1);
    }

    static void unreadBody(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        for (int i = 0; i < 2; i++) {
            WireResponse response = client.exchange(WireRequest.post(Scenario.PLAIN.path(), "{\"order\":1}"));
            Seen.equal("the body", response.body(), "plain");
        }
        stage.awaitCounted(before, 2);
    }

    static void continueExpected(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        Seen.equal("the status before the body", client.readHead().status(), 100);
        client.send("body");
        Seen.equal("the body", client.read(false).body(), "body");
        stage.awaitCounted(before, 1);
    }

    static void chunkedRequest(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        stage.awaitInFlight(1);
        client.send("3\r\ntwo\r\n0\r\n\r\n");
        Seen.equal("the body", client.read(false).body(), "onetwo");
        stage.awaitCounted(before, 1);
    }

    static void stream(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.begin(Scenario.STREAM);
        Seen.equal("the status", client.readHead().status(), 200);
        stage.awaitInFlight(1);
        client.close();
        stage.application().release();
        stage.awaitCounted(before, 1);
    }

    static void eventStream(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.begin(Scenario.EVENTS);
        WireResponse head = client.readHead();
        Seen.equal("the status", head.status(), 200);
        Seen.equal("streams in flight", stage.inFlight().count(WorkKind.STREAM), 1);
        Seen.equal("requests in flight", stage.inFlight().count(WorkKind.REQUEST), 0);
        stage.application().release();
        Seen.that(
                Seen.soon(stage.patience(), () -> stage.inFlight().count(WorkKind.STREAM) == 0),
                "a stream whose handler has returned",
                "in flight",
                "over");
        client.close();
        stage.awaitCounted(before, 1);
    }

    static void pipelined(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        client.send(Stage.get(Scenario.PLAIN).repeat(5));
        for (int i = 0; i < 5; i++) {
            Seen.equal("the body of answer " + (i + 1), client.read(false).body(), "plain");
        }
        stage.awaitCounted(before, 5);
    }

    static void concurrent(Stage stage) throws Exception {
        long before = stage.total();
        for (int i = 1; i <= 3; i++) {
            stage.begin(Scenario.BLOCKING);
            stage.awaitInFlight(i);
        }
        stage.application().release();
        stage.awaitCounted(before, 3);
    }

    static void upgrade(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        client.send(ShutdownTrials.UPGRADE);
        Seen.equal("the status", client.read(false).status(), 101);
        stage.awaitCounted(before, 1);
    }

    static void listedByPath(Stage stage) throws Exception {
        WireConnection client = stage.connect();
        client.send("GET /blocking;jsessionid=secret?token=secret HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stage.awaitInFlight(1);
        Seen.equal("the description", only(stage).description(), "GET /blocking");
        Seen.equal("the kind", only(stage).kind(), WorkKind.REQUEST);
    }

    static void listedWithAge(Stage stage) throws Exception {
        long beforeNanos = System.nanoTime();
        stage.begin(Scenario.BLOCKING);
        stage.awaitInFlight(1);
        boolean aged = Seen.soon(stage.patience(), () -> only(stage).age().compareTo(LONG_ENOUGH_TO_BE_SEEN) > 0);
        Duration age = only(stage).age();
        Duration sinceSent = Duration.ofNanos(System.nanoTime() - beforeNanos);
        Seen.that(aged && age.compareTo(sinceSent) <= 0, "the age", age, "more than 50 ms, at most " + sinceSent);
    }

    static void listedWithThread(Stage stage) throws Exception {
        stage.begin(Scenario.BLOCKING);
        stage.awaitInFlight(1);
        Seen.that(
                Seen.soon(stage.patience(), () -> isAtWork(only(stage).thread())),
                "the thread of a request that a handler works on",
                only(stage).thread(),
                "the thread that executes the handler");
    }

    private static boolean isAtWork(@Nullable Thread thread) {
        return thread != null
                && Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(Application.class.getName()));
    }

    private static WorkInFlight only(Stage stage) {
        List<WorkInFlight> list = stage.inFlight().list();
        Seen.equal("requests in the list", list.size(), 1);
        return list.get(0);
    }
}
