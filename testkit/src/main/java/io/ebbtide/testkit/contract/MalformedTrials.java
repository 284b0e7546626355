package io.ebbtide.testkit.contract;

import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The server without the adapter gives the expected answer to a request that it refuses by itself. */
final class MalformedTrials {
    /*
     * Each case is sent to the bare server first, which shows whether the application was called. If it was, the adapter may
     * decide: it refuses once the gate is closed. If it was not, the statuses must be the same in each state of the service.
     * The bare server also shows which log lines are the server's own.
     */
    private static final String REST = "\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static final String BEGIN = "GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

    /** Beyond 8 KiB, which is the limit of most servers, but too little to fill a connection's buffers. */
    private static final String LONG = "x".repeat(70_000);

    private static final List<String> REQUEST_LINES = List.of(
            "GET /plain\\x HTTP/1.1" + REST,
            "GET /health\\live HTTP/1.1" + REST,
            "GET /plain#f HTTP/1.1" + REST,
            "GET /health/live#f HTTP/1.1" + REST,
            "GET /pl\u00c3\u00a9 HTTP/1.1" + REST,
            "GET /pl\u0000ain HTTP/1.1" + REST,
            "GET /\"plain\"<x>{y}|z^` HTTP/1.1" + REST,
            "GET  /plain HTTP/1.1" + REST,
            "GET\t/plain\tHTTP/1.1" + REST,
            "GET /plain HTTP/1.1 x" + REST,
            "GET /plain x HTTP/1.1" + REST,
            "GET /plain HTTP/1.x" + REST,
            "GET /plain HTTP/2.0" + REST,
            "GET /plain HTTP/9.9" + REST,
            "GET /plain HTTP/1.10" + REST,
            "GET /plain http/1.1" + REST,
            "GET /plain ICAP/1.0" + REST,
            "GET" + REST,
            " GET /plain HTTP/1.1" + REST,
            "\r\n\r\nGET /plain HTTP/1.1" + REST,
            "G<T> /plain HTTP/1.1" + REST,
            "G\u00c3T /plain HTTP/1.1" + REST,
            "get /plain HTTP/1.1" + REST,
            "G".repeat(300) + " /plain HTTP/1.1" + REST,
            "GET http://localhost/plain HTTP/1.1" + REST,
            "GET http:// HTTP/1.1" + REST,
            "GET http:///plain HTTP/1.1" + REST,
            "GET http://a b/plain HTTP/1.1" + REST,
            "GET http://user@localhost:99999/plain HTTP/1.1" + REST,
            "GET /" + LONG + " HTTP/1.1" + REST,
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003" + REST,
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\u0000\u0000\u0000\u0000",
            "\r\n\r\n\r\n");

    /** Read without an error by most servers, and refused only when the path is decoded and mapped, behind the gate. */
    private static final List<String> TARGETS = List.of(
            "GET /%zz HTTP/1.1" + REST,
            "GET /%00 HTTP/1.1" + REST,
            "GET /% HTTP/1.1" + REST,
            "GET /../../plain HTTP/1.1" + REST,
            "GET /..%2f..%5cplain HTTP/1.1" + REST,
            "GET HTTP/1.1" + REST,
            "GET plain HTTP/1.1" + REST,
            "GET ?plain HTTP/1.1" + REST,
            "GET * HTTP/1.1" + REST,
            "OPTIONS * HTTP/1.1" + REST,
            "CONNECT localhost:80 HTTP/1.1" + REST,
            "CONNECT / HTTP/1.1" + REST,
            "HEAD /plain\r\n",
            "POST /plain\r\n");

    private static final List<String> HEADER_BLOCKS = List.of(
            BEGIN + "no colon\r\n\r\n",
            BEGIN + ": no name\r\n\r\n",
            BEGIN + "a name: x\r\n\r\n",
            BEGIN + "name : x\r\n\r\n",
            BEGIN + "n\u0000me: x\r\n\r\n",
            BEGIN + "n(me): x\r\n\r\n",
            BEGIN + "x: a\u0000b\r\n\r\n",
            BEGIN + "x: a\rb\r\n\r\n",
            BEGIN + "x: \u00c3\u00a9\r\n\r\n",
            BEGIN + "x: a\r\n folded\r\n\r\n",
            "GET /plain HTTP/1.1\r\n Host: localhost\r\n\r\n",
            "GET /plain HTTP/1.1\nHost: localhost\nConnection: close\n\n",
            BEGIN + "x: " + LONG + "\r\n\r\n",
            BEGIN + LONG + ": x\r\n\r\n",
            BEGIN + "x: y\r\n".repeat(300) + "\r\n",
            BEGIN + "Content-Length: -1\r\n\r\n",
            BEGIN + "Content-Length: ten\r\n\r\n",
            BEGIN + "Content-Length: 99999999999999999999\r\n\r\n",
            BEGIN + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            BEGIN + "Content-Length: 1, 1\r\n\r\na",
            BEGIN + "Content-Length:\r\n\r\n",
            BEGIN + "Transfer-Encoding: unknown\r\n\r\n",
            BEGIN + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            BEGIN + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            BEGIN + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            BEGIN + "Expect: miracles\r\n\r\n",
            "GET /health/live HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
            "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: unknown\r\n\r\n");

    private static final List<String> HOSTS = List.of(
            "GET /plain HTTP/1.1\r\nConnection: close\r\n\r\n",
            "GET /plain HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
            "GET /plain HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET /plain HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
            "GET /plain HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
            "GET /plain HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n",
            "GET /plain HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n",
            "GET /plain HTTP/1.1\r\nHost: localhost:99999999999\r\nConnection: close\r\n\r\n",
            "GET http://a/plain HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n");

    private static final String HTTP_0_9 = "GET /plain\r\n";

    private static final int ASKED_AGAIN = 40;

    private static final List<String> OLD_VERSIONS = List.of(
            HTTP_0_9,
            "GET /plain\r\n\r\n",
            "GET /nowhere\r\n",
            "GET /pl\\ain\r\n",
            "GET /plain HTTP/0.9\r\n\r\n",
            "GET /plain HTTP/1.0\r\n\r\n",
            "GET /plain HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET /nowhere HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\nab",
            "POST /plain HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HEAD /plain HTTP/1.0\r\n\r\n",
            "GET /plain#f HTTP/1.0\r\n\r\n");

    private MalformedTrials() {}

    private record Expected(String sent, Answers answers, boolean applicationAsked) {
        /** The adapter may answer by itself. */
        boolean isProbe() {
            return applicationAsked && sent.contains("/health");
        }

        /** The adapter may refuse by itself. */
        boolean passesTheGate() {
            return applicationAsked || TARGETS.contains(sent);
        }
    }

    /** The state of the service when the cases are tested. */
    private enum State {
        RUNNING {
            @Override
            void enter(Stage stage) {}

            @Override
            boolean isRight(Answers seen, Expected right) {
                return seen.toString().equals(right.answers().toString())
                        || (right.isProbe() && seen.first().equals("200"));
            }
        },
        /** The first answer is the last one on its connection. */
        DRAINING {
            @Override
            void enter(Stage stage) throws Exception {
                stage.beginShutdown();
                stage.drain();
            }

            @Override
            boolean isRight(Answers seen, Expected right) {
                return seen.first().equals(right.answers().first())
                        || (right.isProbe() && seen.first().equals("200"));
            }
        },
        /** The application is not called; an answer in HTTP/0.9 has no status, and is empty. */
        GATE_CLOSED {
            @Override
            void enter(Stage stage) throws Exception {
                GateTrials.close(stage);
            }

            @Override
            boolean isRight(Answers seen, Expected right) {
                boolean isOld = right.answers().statuses().isEmpty();
                boolean refused =
                        seen.first().equals("503") || (isOld && seen.first().equals(Answers.NOTHING));
                return (refused && right.passesTheGate() && !right.isProbe())
                        || ((right.isProbe() || !right.applicationAsked()) && DRAINING.isRight(seen, right));
            }
        };

        abstract void enter(Stage stage) throws Exception;

        abstract boolean isRight(Answers seen, Expected right);

        @Nullable
        String difference(Answers seen, Expected right) {
            return isRight(seen, right)
                    ? null
                    : "%s (expected: %s; application called: %s)"
                            .formatted(seen, right.answers(), right.applicationAsked() ? "yes" : "no");
        }
    }

    static Trial requestLines() {
        return running(REQUEST_LINES);
    }

    static Trial targets() {
        return running(TARGETS);
    }

    static Trial headerBlocks() {
        return running(HEADER_BLOCKS);
    }

    static Trial hosts() {
        return running(HOSTS);
    }

    static Trial oldVersions() {
        return running(OLD_VERSIONS);
    }

    private static Trial running(List<String> cases) {
        return stage -> on(stage, cases, State.RUNNING);
    }

    static Trial draining() {
        return stage -> on(stage, all(), State.DRAINING);
    }

    static Trial gateClosed() {
        return stage -> on(stage, all(), State.GATE_CLOSED);
    }

    private static List<String> all() {
        List<String> all = new ArrayList<>(REQUEST_LINES);
        all.addAll(TARGETS);
        all.addAll(HEADER_BLOCKS);
        all.addAll(HOSTS);
        all.addAll(OLD_VERSIONS);
        return all;
    }

    private static void on(Stage stage, List<String> cases, State state) throws Exception {
        List<WireConnection> clients = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            clients.add(stage.connectAndAsk());
        }
        var differences = new ArrayList<String>();
        var application = new Application();
        try (LogLines lines = LogLines.capture();
                BareServer bare = stage.servers().bare(application)) {
            List<Expected> expected = bare(stage, cases, bare, application);
            Set<String> serversOwn = lines.soFar();
            state.enter(stage);
            for (int i = 0; i < cases.size(); i++) {
                Answers seen = Answers.to(clients.get(i), bytes(cases.get(i)));
                String difference = state.difference(seen, expected.get(i));
                if (difference != null && !isRightOfAnother(stage, bare, state, seen, expected.get(i))) {
                    differences.add(shown(cases.get(i)) + ": " + difference);
                }
            }
            Seen.equal("answers that differ from the bare server's", differences, List.of());
            Seen.soonEqual(stage.patience(), "requests in flight", stage::requestsInFlight, 0);
            Set<String> more = lines.soFar();
            more.removeAll(serversOwn);
            more.removeIf(line -> stage.servers().serversOwnLines().stream().anyMatch(line::startsWith));
            Seen.equal("lines above DEBUG that the bare server does not log", more, Set.of());
        }
    }

    /** In the same order: Tomcat answers an unreadable request line depending on the previous one. */
    private static List<Expected> bare(Stage stage, List<String> cases, BareServer bare, Application application)
            throws Exception {
        List<Expected> expected = new ArrayList<>();
        List<WireConnection> clients = new ArrayList<>();
        try {
            for (int i = 0; i < cases.size(); i++) {
                WireConnection client = WireConnection.open(bare.port(), stage.patience());
                clients.add(client);
                client.exchange("GET", Scenario.PLAIN.path());
            }
            for (int i = 0; i < cases.size(); i++) {
                long before = application.handled();
                Answers answers = Answers.to(clients.get(i), bytes(cases.get(i)));
                expected.add(new Expected(cases.get(i), answers, application.handled() > before));
            }
        } finally {
            for (WireConnection client : clients) {
                client.close();
            }
        }
        return expected;
    }

    /**
     * Whether the bare server also gives that answer if the request is repeated: Tomcat's depends on what it has read before on the
     * same processor, and Jetty may close a connection before its refusal is sent.
     */
    private static boolean isRightOfAnother(Stage stage, BareServer bare, State state, Answers seen, Expected right)
            throws IOException {
        for (int i = 0; i < ASKED_AGAIN; i++) {
            if (i % 2 == 1) {
                try (WireConnection old = WireConnection.open(bare.port(), stage.patience())) {
                    Answers.to(old, bytes(HTTP_0_9));
                }
            }
            try (WireConnection client = WireConnection.open(bare.port(), stage.patience())) {
                if (i % 4 < 2) {
                    client.exchange("GET", Scenario.PLAIN.path());
                }
                var again =
                        new Expected(right.sent(), Answers.to(client, bytes(right.sent())), right.applicationAsked());
                if (state.difference(seen, again) == null) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<byte[]> bytes(String text) {
        return List.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String shown(String bytes) {
        String text = bytes.replace("\r", "\\r").replace("\n", "\\n").replace("\u0000", "\\0");
        return text.length() > 120 ? text.substring(0, 120) + "..." : text;
    }
}
