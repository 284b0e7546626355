package io.ebbtide.testkit.contract;

import io.ebbtide.report.ShutdownReport;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** From the signal until nothing is in flight: all requests are served, and all clients are asked to disconnect. */
final class ShutdownTrials {
    static final String UPGRADE = String.join(
            "\r\n",
            "GET /upgrade HTTP/1.1",
            "Host: localhost",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "\r\n");

    private static final String AS_A_HEALTH_CHECKER =
            "GET /plain HTTP/1.1\r\nHost: localhost\r\nUser-Agent: kube-probe/1.32\r\n\r\n";

    private static final String HTTP_1_0 = "GET /plain HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";

    /** Fewer than the shortest usual accept queue, which is 50. */
    private static final int WHO_CONNECT = 40;

    private ShutdownTrials() {}

    /** Each answer by the name of its request, all of them late, each on a separate connection that was open before. */
    private static Map<String, WireResponse> everyAnswer(Stage stage, List<String> stillOpen) throws Exception {
        var requests = new LinkedHashMap<String, WireRequest>();
        for (Scenario each : List.of(
                Scenario.PLAIN,
                Scenario.EMPTY,
                Scenario.FAILS,
                Scenario.ERRS,
                Scenario.CHUNKED,
                Scenario.ASYNC,
                Scenario.ASYNC_FAILS,
                Scenario.STREAM)) {
            requests.put("GET " + each.path(), WireRequest.get(each.path()));
        }
        requests.put("GET /nowhere", WireRequest.get("/nowhere"));
        requests.put("HEAD /plain", new WireRequest("HEAD", Scenario.PLAIN.path(), null));
        requests.put("POST /echo", WireRequest.post(Scenario.ECHO.path(), "{}"));
        requests.put("POST /plain", WireRequest.post(Scenario.PLAIN.path(), "{}"));
        requests.put("GET /health/live", WireRequest.get(ProbeTrials.LIVE));
        requests.put("HEAD /health/live", new WireRequest("HEAD", ProbeTrials.LIVE, null));
        requests.put("POST /health/live", WireRequest.post(ProbeTrials.LIVE, "{}"));
        List<WireConnection> clients = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            clients.add(stage.connectAndAsk());
        }
        stage.beginShutdown();
        stage.application().release();
        var answers = new LinkedHashMap<String, WireResponse>();
        for (Map.Entry<String, WireRequest> each : requests.entrySet()) {
            WireConnection client = clients.remove(0);
            answers.put(each.getKey(), client.exchange(each.getValue()));
            if (!EndTrials.isEnded(client)) {
                stillOpen.add(each.getKey());
            }
        }
        return answers;
    }

    static void askedToDisconnect(Stage stage) throws Exception {
        var notAsked = new ArrayList<String>();
        everyAnswer(stage, new ArrayList<>()).forEach((request, answer) -> {
            List<String> connection = answer.headers().getOrDefault("connection", List.of());
            if (connection.size() != 1 || !connection.get(0).equalsIgnoreCase("close")) {
                notAsked.add("%s: %d %s".formatted(request, answer.status(), connection));
            }
        });
        Seen.equal("answers without Connection: close", notAsked, List.of());
    }

    static void connectionEnds(Stage stage) throws Exception {
        var stillOpen = new ArrayList<String>();
        everyAnswer(stage, stillOpen);
        Seen.equal("connections that are open after their answer", stillOpen, List.of());
    }

    static void framed(Stage stage) throws Exception {
        var unframed = new ArrayList<String>();
        everyAnswer(stage, new ArrayList<>()).forEach((request, answer) -> {
            boolean framed = answer.status() == 204
                    || request.startsWith("HEAD")
                    || answer.headers().containsKey("content-length")
                    || answer.header("transfer-encoding").equalsIgnoreCase("chunked");
            if (!framed) {
                unframed.add(request + ": " + answer.headers());
            }
        });
        Seen.equal("answers whose end is the end of the connection", unframed, List.of());
    }

    static void served(Stage stage) throws Exception {
        Map<String, Integer> expected = Map.of(
                "GET /plain",
                200,
                "GET /empty",
                204,
                "GET /nowhere",
                404,
                "GET /fails",
                500,
                "GET /errs",
                500,
                "GET /chunked",
                200,
                "GET /async",
                200,
                "POST /echo",
                200,
                "HEAD /plain",
                200,
                "GET /stream",
                200);
        Map<String, WireResponse> answers = everyAnswer(stage, new ArrayList<>());
        var wrong = new ArrayList<String>();
        expected.forEach((request, status) -> {
            WireResponse answer = answers.get(request);
            if (answer == null || answer.status() != status) {
                wrong.add("%s: %s (expected: %d)".formatted(request, answer, status));
            }
        });
        Seen.equal("answers that differ from those before the signal", wrong, List.of());
    }

    static void begunBefore(Stage stage) throws Exception {
        WireConnection blocking = stage.begin(Scenario.BLOCKING);
        WireConnection async = stage.begin(Scenario.ASYNC);
        stage.awaitInFlight(2);
        stage.beginShutdown();
        stage.application().release();
        for (WireConnection client : List.of(blocking, async)) {
            WireResponse response = client.read(false);
            Seen.equal("the status", response.status(), 200);
            Seen.that(response.closes(), "Connection", response.header("Connection"), "close");
        }
    }

    static void begunToAnswer(Stage stage) throws Exception {
        WireConnection client = stage.begin(Scenario.STREAM);
        stage.awaitInFlight(1);
        stage.beginShutdown();
        stage.drain();
        stage.application().release();
        Seen.equal("the body", client.read(false).body(), "first last");
        Seen.equal("aborted work", stage.end().inFlightCut(), 0);
    }

    static void halfSentBody(Stage stage) throws Exception {
        WireConnection client = stage.connect();
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
        stage.awaitInFlight(1);
        stage.beginShutdown();
        stage.drain();
        client.send("56789");
        Seen.equal("the body", client.read(false).body(), "0123456789");
    }

    static void http10(Stage stage) throws Exception {
        WireConnection client = stage.connect();
        client.send(HTTP_1_0);
        WireResponse before = client.read(false);
        Seen.that(
                before.header("Connection").equalsIgnoreCase("keep-alive"),
                "Connection before",
                before.header("Connection"),
                "keep-alive");
        stage.beginShutdown();
        client.send(HTTP_1_0);
        WireResponse response = client.read(false);
        Seen.equal("the body", response.body(), "plain");
        Seen.that(
                !response.header("Connection").equalsIgnoreCase("keep-alive"),
                "Connection",
                response.header("Connection"),
                "none, or close");
        Seen.that(EndTrials.isEnded(client), "the connection", "open", "ended");
    }

    static void newConnection(Stage stage) throws Exception {
        stage.beginShutdown();
        Seen.equal(
                "the status",
                stage.connect().exchange("GET", Scenario.PLAIN.path()).status(),
                200);
        ShutdownReport.Late late = stage.end().late();
        Seen.equal("late requests", late.count(), 1L);
        Seen.equal("late requests on new connections", late.newConnections(), 1L);
        Seen.equal("peers that sent them", late.peers().size(), 1);
    }

    static void usedConnection(Stage stage) throws Exception {
        WireConnection client = stage.connectAndAsk();
        stage.beginShutdown();
        Seen.equal("the status", client.exchange("GET", Scenario.PLAIN.path()).status(), 200);
        ShutdownReport.Late late = stage.end().late();
        Seen.equal("late requests", late.count(), 1L);
        Seen.equal("late requests on new connections", late.newConnections(), 0L);
    }

    static void healthCheckers(Stage stage) throws Exception {
        stage.beginShutdown();
        WireConnection client = stage.connect();
        client.send(AS_A_HEALTH_CHECKER);
        Seen.equal("the status", client.read(false).status(), 200);
        Seen.equal("late requests", stage.end().late().count(), 0L);
    }

    static void upgradeRefused(Stage stage) throws Exception {
        WireConnection client = stage.connectAndAsk();
        stage.beginShutdown();
        client.send(UPGRADE);
        WireResponse response = client.read(false);
        Seen.equal("the status", response.status(), 503);
        Seen.that(response.closes(), "Connection", response.header("Connection"), "close");
    }

    static void servedInTheDrain(Stage stage) throws Exception {
        WireConnection used = stage.connectAndAsk();
        WireConnection chunked = stage.connectAndAsk();
        stage.beginShutdown();
        stage.drain();
        for (WireConnection client : List.of(used, chunked)) {
            Scenario scenario = client == used ? Scenario.PLAIN : Scenario.CHUNKED;
            WireResponse response = client.exchange("GET", scenario.path());
            Seen.equal("the status", response.status(), 200);
            Seen.that(response.closes(), "Connection", response.header("Connection"), "close");
        }
        ShutdownReport.Late late = stage.end().late();
        Seen.equal("late requests", late.count(), 2L);
        Seen.equal("refused", late.refused(), 0L);
    }

    static void portClosed(Stage stage) throws Exception {
        stage.connectAndAsk();
        stage.beginShutdown();
        stage.drain();
        boolean refused = Seen.soon(stage.patience(), () -> isRefused(stage));
        Seen.that(refused, "a new connection", "accepted", "refused");
    }

    private static boolean isRefused(Stage stage) {
        try {
            stage.connect().close();
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            throw new AssertionError("a new connection failed in another way (expected: refused)", e);
        }
    }

    /** Clients connect and send requests just before the ports are closed: some may still be in the accept queue, with their requests. */
    static void acceptQueue(Stage stage) throws Exception {
        stage.connectAndAsk();
        stage.beginShutdown();
        List<WireConnection> clients = new ArrayList<>();
        for (int i = 0; i < WHO_CONNECT; i++) {
            clients.add(stage.begin(Scenario.PLAIN));
        }
        stage.drain();
        var lost = new ArrayList<String>();
        for (WireConnection client : clients) {
            try {
                Seen.equal("the status", client.read(false).status(), 200);
            } catch (IOException | AssertionError e) {
                lost.add(String.valueOf(e.getMessage()));
            }
        }
        Seen.equal("lost requests of %d clients that had connected".formatted(WHO_CONNECT), lost, List.of());
    }
}
