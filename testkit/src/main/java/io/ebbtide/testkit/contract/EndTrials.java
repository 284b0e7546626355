package io.ebbtide.testkit.contract;

import io.ebbtide.Ebbtide;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The start and the end: in time, without remains, and reported correctly. */
final class EndTrials {
    /** A server that waits for requests that do not end would take all of the stop, or of the drain, which is longer. */
    private static final Duration SOON = Stage.STOP.dividedBy(2);

    private static final int HELD_UP_BY_A_HALF_SENT_HEAD = 3;

    private EndTrials() {}

    static boolean isEnded(WireConnection client) throws IOException {
        try {
            return client.isEnded();
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true; // reset
        }
    }

    static void portBeforeTheStart(Stage stage) throws Exception {
        int before = stage.servers().server(new Application(), 0).port().getAsInt();
        Seen.equal("the port before the start", before, -1);
        Seen.that(stage.port() > 0, "the port after the start", stage.port(), "> 0");
    }

    static void portInUse(Stage stage) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            ServerUnderTest server = stage.servers().server(new Application(), taken.getLocalPort());
            Ebbtide service = Ebbtide.builder("contract").serve(server.source()).build();
            Throwable failure = failureOf(service);
            Seen.that(failure != null, "a start on a port in use", "succeeded", "an exception");
            var messages = new ArrayList<String>();
            for (Throwable each = failure; each != null; each = each.getCause()) {
                messages.add(String.valueOf(each.getMessage()));
            }
            boolean named = messages.stream()
                    .anyMatch(message ->
                            message.contains(":" + taken.getLocalPort()) && message.contains("(expected: a free port"));
            Seen.that(
                    named,
                    "the message about a port in use",
                    messages,
                    "http:%d ... (expected: a free port ...)".formatted(taken.getLocalPort()));
        }
    }

    private static @Nullable Throwable failureOf(Ebbtide service) {
        try {
            service.start();
            service.close();
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    static void idleConnections(Stage stage) throws Exception {
        List<WireConnection> clients = List.of(stage.connectAndAsk(), stage.connectAndAsk(), stage.connect());
        Seen.equal("the report", stage.end().exitCode(), ExitCode.CLEAN);
        for (WireConnection client : clients) {
            Seen.that(isEnded(client), "an idle connection", "open", "ended");
        }
    }

    static void halfSentHead(Stage stage) throws Exception {
        for (int i = 0; i < HELD_UP_BY_A_HALF_SENT_HEAD; i++) {
            stage.connectAndAsk().send("GET /plain HTTP/1.1\r\nHost:");
        }
        ShutdownReport report = stage.end();
        Seen.that(report.took().compareTo(SOON) < 0, "the shutdown's time", report.took(), "< " + SOON);
        Seen.equal("the report", report.exitCode(), ExitCode.CLEAN);
    }

    static void straggler(Stage stage) throws Exception {
        WireConnection client = stage.begin(Scenario.BLOCKING);
        stage.awaitInFlight(1);
        ShutdownReport report = stage.end();
        Seen.equal("the report", report.exitCode(), ExitCode.WORK_CUT);
        verifyCut(report, "GET /blocking");
        Seen.that(report.cut().get(0).thread() != null, "its thread", "none", "the thread that executes the handler");
        Seen.that(!report.cut().get(0).stack().isEmpty(), "its stack", "none", "the frames of the handler");
        Seen.that(hasNoAnswer(client), "the client of an aborted request", "an answer", "the connection's end");
    }

    static void asyncStraggler(Stage stage) throws Exception {
        WireConnection client = stage.begin(Scenario.ASYNC);
        stage.awaitInFlight(1);
        ShutdownReport report = stage.end();
        verifyCut(report, "GET /async");
        Seen.equal("its thread", report.cut().get(0).thread(), null);
        Seen.that(hasNoAnswer(client), "the client of an aborted request", "an answer", "the connection's end");
    }

    static void stubbornHandler(Stage stage) throws Exception {
        stage.begin(Scenario.STUBBORN);
        stage.awaitInFlight(1);
        ShutdownReport report = stage.end();
        verifyCut(report, "GET /stubborn");
        ShutdownReport.Stop last = report.components().get(report.components().size() - 1);
        Seen.equal("the end of " + last.name(), last.ending(), ShutdownReport.Ending.STOPPED);
        Seen.that(report.took().compareTo(SOON) < 0, "the shutdown's time", report.took(), "< " + SOON);
    }

    static void countsAddUp(Stage stage) throws Exception {
        WireConnection used = stage.connectAndAsk();
        WireConnection blocked = stage.begin(Scenario.BLOCKING);
        stage.awaitInFlight(1);
        stage.beginShutdown();
        used.exchange("GET", Scenario.PLAIN.path());
        stage.connect().exchange("GET", Scenario.FAILS.path());
        stage.drain();
        stage.application().release();
        Seen.equal("the status", blocked.read(false).status(), 200);
        ShutdownReport report = stage.end();
        Seen.equal("in flight at the signal, with the trial's own", report.inFlightAtSignal(), 2L);
        Seen.equal("arrived since then", report.inFlightArrived(), 2L);
        Seen.equal("finished", report.inFlightFinished(), 4L);
        Seen.equal("aborted", report.inFlightCut(), 0);
        Seen.equal("late", report.late().count(), 2L);
    }

    static void countsAddUpWithCut(Stage stage) throws Exception {
        stage.begin(Scenario.BLOCKING);
        stage.begin(Scenario.BLOCKING);
        stage.awaitInFlight(2);
        ShutdownReport report = stage.end();
        Seen.equal("in flight at the signal", report.inFlightAtSignal(), 2L);
        Seen.equal("arrived since then", report.inFlightArrived(), 0L);
        Seen.equal("finished", report.inFlightFinished(), 0L);
        Seen.equal("aborted", report.inFlightCut(), 2);
    }

    static void noThreadStays(Stage stage) throws Exception {
        askAndEnd(stage); // threads that a server keeps for the next one do not count
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < 2; i++) {
            try (Stage next = Stage.start(stage.servers())) {
                next.beginTrial(stage.patience());
                askAndEnd(next);
            }
        }
        Seen.soonEqual(stage.patience(), "remaining threads of the server", () -> newThreads(before), Set.of());
    }

    private static void askAndEnd(Stage stage) throws Exception {
        for (int i = 0; i < stage.servers().workers(); i++) {
            stage.connectAndAsk();
        }
        stage.end();
    }

    /** The service's own log writer waits some seconds for the next line. */
    private static Set<String> newThreads(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread)
                        && !thread.getName().startsWith("ebbtide-")
                        && !thread.getName().startsWith("ForkJoinPool"))
                .map(Thread::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean hasNoAnswer(WireConnection client) {
        try {
            return client.read(false).status() >= 500;
        } catch (IOException e) {
            return true;
        }
    }

    private static void verifyCut(ShutdownReport report, String description) {
        Seen.equal(
                "aborted work",
                report.cut().stream().map(ShutdownReport.Cut::description).toList(),
                List.of(description));
    }
}
