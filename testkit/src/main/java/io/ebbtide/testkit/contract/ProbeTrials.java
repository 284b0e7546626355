package io.ebbtide.testkit.contract;

import io.ebbtide.spi.SourceLoad;
import io.ebbtide.testkit.WireConnection;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Each probe is answered, not counted and not delayed. */
final class ProbeTrials {
    static final String LIVE = "/health/live";
    static final String READY = "/health/ready";

    private static final List<String> PATHS = List.of("/health", LIVE, READY, "/health/startup");
    private static final int ROUNDS_OF_BLOCKED_WORKERS = 3;
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private ProbeTrials() {}

    static void answered(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        for (String path : PATHS) {
            WireResponse response = client.exchange("GET", path);
            Seen.equal("the status of " + path, response.status(), 200);
            Seen.equal("the body of " + path, response.body(), "{\"status\":\"UP\"}"); // without details on this port
            Seen.equal("Cache-Control of " + path, response.header("Cache-Control"), "no-store");
        }
        stage.awaitCounted(before, 0);
    }

    static void query(Stage stage) throws Exception {
        long before = stage.total();
        Seen.equal(
                "the status",
                stage.connect().exchange("GET", LIVE + "?verbose=1").status(),
                200);
        stage.awaitCounted(before, 0);
    }

    static void otherForms(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        for (String path :
                List.of("/%68ealth/live", "/health/li%76e", "/health/live;x=1", "/health/live/", "/health/")) {
            WireResponse response = client.exchange("GET", path);
            Seen.equal("the status of " + path, response.status(), 200);
            Seen.that(
                    response.body().startsWith("{\"status\":\"UP\""),
                    "the body of " + path,
                    response.body(),
                    "status UP");
        }
        stage.awaitCounted(before, 0);
    }

    static void head(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        WireResponse get = client.exchange("GET", LIVE);
        for (int i = 0; i < 2; i++) { // a body after a HEAD would be read as the next answer
            WireResponse head = client.exchange("HEAD", LIVE);
            Seen.equal("the status", head.status(), 200);
            Seen.equal(
                    "Content-Length",
                    head.header("Content-Length"),
                    String.valueOf(get.body().length()));
        }
        stage.awaitCounted(before, 0);
    }

    static void otherMethods(Stage stage) throws Exception {
        long before = stage.total();
        WireConnection client = stage.connect();
        for (int i = 0; i < 2; i++) {
            WireResponse response = client.exchange(WireRequest.post(LIVE, "{}"));
            Seen.equal("the status", response.status(), 405);
            Seen.equal("Allow", response.header("Allow"), "GET, HEAD, OPTIONS");
        }
        stage.awaitCounted(before, 0);
    }

    static void saturated(Stage stage) throws Exception {
        int workers = stage.servers().workers();
        for (int i = 0; i < ROUNDS_OF_BLOCKED_WORKERS * workers; i++) {
            stage.begin(Scenario.BLOCKING);
        }
        boolean blocked = Seen.soon(stage.patience(), () -> stage.inFlight().count() >= workers);
        Seen.that(blocked, "requests in flight", stage.inFlight().count(), ">= " + workers);
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            long beganNanos = System.nanoTime();
            Seen.equal("the status", stage.connect().exchange("GET", READY).status(), 200);
            times.add(Duration.ofNanos(System.nanoTime() - beganNanos));
        }
        Duration fastest = Collections.min(times); // a wait for a worker delays all probes; a busy machine hardly does
        Seen.that(fastest.compareTo(AT_ONCE) < 0, "the fastest probe's time", fastest, "< " + AT_ONCE);
    }

    static void connections(Stage stage) throws Exception {
        Seen.soonEqual(stage.patience(), "open connections", () -> stage.load().openConnections(), 0);
        for (int i = 0; i < 2; i++) {
            stage.connectAndAsk();
        }
        stage.connect(); // has not sent a request yet
        Seen.soonEqual(stage.patience(), "open connections", () -> stage.load().openConnections(), 3);
        stage.endTrial();
        Seen.soonEqual(stage.patience(), "open connections", () -> stage.load().openConnections(), 0);
    }

    static void workers(Stage stage) throws Exception {
        int workers = stage.servers().workers();
        Seen.equal("the maximum number of workers", stage.load().maxWorkers(), workers);
        Seen.soonEqual(stage.patience(), "busy workers", () -> stage.load().busyWorkers(), 0);
        for (int i = 0; i < workers; i++) {
            stage.begin(Scenario.BLOCKING);
        }
        Seen.soonEqual(stage.patience(), "busy workers", () -> stage.load().busyWorkers(), workers);
        Seen.equal("queued", stage.load().queued(), 0);
        stage.begin(Scenario.BLOCKING);
        stage.begin(Scenario.BLOCKING);
        Seen.soonEqual(stage.patience(), "queued", () -> stage.load().queued(), 2);
    }

    static void loadAtAnyTime(Stage stage) throws Exception {
        SourceLoad before =
                stage.servers().server(new Application(), 0).source().load();
        Seen.that(before.openConnections() <= 0, "open connections before the start", before, "none, or not known");
        stage.connectAndAsk();
        stage.end();
        SourceLoad after = stage.load();
        Seen.that(after.openConnections() <= 0, "open connections after the end", after, "none, or not known");
        Seen.that(after.busyWorkers() <= 0, "busy workers after the end", after, "none, or not known");
    }

    /** In the lame duck, the drain, or after the gate. */
    static Trial whileShuttingDown(Trial until) {
        return stage -> {
            WireConnection first = stage.connectAndAsk();
            WireConnection second = stage.connectAndAsk();
            WireConnection third = stage.connectAndAsk();
            WireConnection fourth = stage.connectAndAsk();
            long before = stage.total();
            until.on(stage);
            WireResponse live = first.exchange("GET", LIVE);
            Seen.equal("the status of " + LIVE, live.status(), 200);
            Seen.equal("the body of " + LIVE, live.body(), "{\"status\":\"UP\"}");
            Seen.equal("the status of " + READY, second.exchange("GET", READY).status(), 503);
            Seen.equal("the status of a HEAD", third.exchange("HEAD", LIVE).status(), 200);
            WireResponse posted = fourth.exchange(WireRequest.post(LIVE, "{}"));
            Seen.equal("the status of a POST", posted.status(), 405);
            Seen.equal("Allow", posted.header("Allow"), "GET, HEAD, OPTIONS");
            Seen.equal("requests counted", stage.total() - before, 0L);
            Seen.equal("late requests", stage.end().late().count(), 0L);
        };
    }
}
