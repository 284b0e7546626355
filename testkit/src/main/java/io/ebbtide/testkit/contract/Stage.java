package io.ebbtide.testkit.contract;

import io.ebbtide.Ebbtide;
import io.ebbtide.Settings;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testkit.WireConnection;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One service with the server under test, and the clients of a trial. Not thread-safe; confine to one thread. */
final class Stage implements AutoCloseable {
    /** Trials of kept promises end long before, however slow the machine is. */
    private static final Duration DRAIN = Duration.ofSeconds(60);

    /** How long a trial waits for an event that is expected soon; only a server that fails makes a trial wait that long. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration SHORT_DRAIN = Duration.ofMillis(400);

    /** Longer than a server needs, so a much shorter time shows that the server did not wait until it was over. */
    static final Duration STOP = Duration.ofSeconds(30);

    private static final Settings SETTINGS = Settings.derived()
            .withGrace(DRAIN.plus(STOP).plusSeconds(20))
            .withLameDuck(Duration.ZERO)
            .withStop(STOP);

    private static final Duration MAX_UNTIL_STOPPED = DRAIN.plus(STOP).plusSeconds(20);

    private final ServerFactory servers;
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Application application = new Application();
    private final ServerUnderTest server;
    private final StagedSource source;
    private final Ebbtide service;
    private final List<WireConnection> clients = new ArrayList<>();
    private Duration patience = PATIENCE;
    private @Nullable Ticket work;
    private @Nullable ShutdownReport report;

    private Stage(ServerFactory servers, Duration drain) throws Exception {
        this.servers = servers;
        server = servers.server(application, 0);
        source = new StagedSource(server.source());
        service = Ebbtide.builder("contract")
                .serve(source)
                .metrics(meters)
                .settings(SETTINGS.withDrain(drain))
                .build();
    }

    static Stage start(ServerFactory servers) throws Exception {
        return started(new Stage(servers, DRAIN));
    }

    /** A stage whose drain ends after 400 ms. */
    static Stage startShort(ServerFactory servers) throws Exception {
        return started(new Stage(servers, SHORT_DRAIN));
    }

    private static Stage started(Stage stage) {
        stage.service.start();
        return stage;
    }

    void beginTrial(Duration newPatience) {
        patience = newPatience;
        application.beginTrial();
    }

    /** Ends the clients and the handlers of a trial whose promise was kept; false if a request stays in flight. */
    boolean endTrial() throws IOException, InterruptedException {
        letEverybodyGo();
        return Seen.soon(patience, () -> inFlight().count(WorkKind.REQUEST) == 0);
    }

    /** Shuts the service down after a trial whose promise was broken, without waiting: a request may stay in flight for ever. */
    void abandon() throws IOException {
        letEverybodyGo();
        beginEnd();
    }

    private void letEverybodyGo() throws IOException {
        application.endTrial();
        for (WireConnection client : clients) {
            client.close();
        }
        clients.clear();
    }

    ServerFactory servers() {
        return servers;
    }

    Application application() {
        return application;
    }

    TrafficSource source() {
        return server.source();
    }

    SourceLoad load() {
        return server.source().load();
    }

    InFlight inFlight() {
        return service.inFlight();
    }

    Duration patience() {
        return patience;
    }

    int port() {
        return server.port().getAsInt();
    }

    /** A connection that has sent no request yet; closed when the trial ends. */
    WireConnection connect() throws IOException {
        WireConnection client = WireConnection.open(port(), patience);
        clients.add(client);
        return client;
    }

    /** A connection that has sent one request, which has ended. */
    WireConnection connectAndAsk() throws IOException, InterruptedException {
        int before = inFlight().count();
        WireConnection client = connect();
        Seen.equal(
                "the answer before",
                client.exchange("GET", Scenario.PLAIN.path()).status(),
                200);
        boolean over = Seen.soon(patience, () -> inFlight().count() <= before);
        Seen.that(over, "a request that is answered", "in flight", "over");
        return client;
    }

    /** Sends a GET without waiting. */
    WireConnection begin(Scenario scenario) throws IOException {
        WireConnection client = connect();
        client.send(get(scenario));
        return client;
    }

    static String get(Scenario scenario) {
        return "GET " + scenario.path() + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    /** The number of requests that the meters have recorded, by the values of these tags. */
    long timed(String... tags) {
        return meters.find("http.server.requests").tags(tags).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    long total() {
        return inFlight().total(WorkKind.REQUEST);
    }

    void awaitInFlight(int count) throws InterruptedException {
        Seen.soonEqual(patience, "requests in flight", () -> inFlight().count(WorkKind.REQUEST), count);
    }

    int requestsInFlight() {
        return inFlight().count(WorkKind.REQUEST);
    }

    /** Waits until the given number has been counted since then, and all have ended. */
    void awaitCounted(long before, int count) throws InterruptedException {
        awaitInFlight(0);
        Seen.equal("requests counted", total() - before, (long) count);
    }

    /** Begins the lame duck: the source is notified, and still serves everything. */
    void beginShutdown() throws InterruptedException {
        work = service.work("keeps the service from draining", WorkKind.JOB);
        source.hold();
        service.shutdown("contract");
        Seen.that(source.awaitShutdown(patience), "the lame duck", "not begun", "begun");
    }

    /** Closes the ports; requests on open connections are served. */
    void drain() throws InterruptedException {
        source.letPortsClose();
        Seen.that(source.awaitPortsClosed(patience), "stopAccepting()", "has not returned", "returned");
    }

    /** Ends all work in flight, so the gate is closed for ever; the server still runs. */
    void closeGate() throws InterruptedException {
        endWork();
        Seen.soonEqual(patience, "the state", service::state, LifecycleState.STOPPING);
    }

    /** Holds the server at its end, without delaying the drain's deadline. */
    void shutdownUntilClose() throws InterruptedException {
        source.hold();
        source.letPortsClose();
        service.shutdown("contract");
        Seen.soonEqual(patience, "the state", service::state, LifecycleState.STOPPING);
    }

    /** Ends the service, if it has not ended yet; work in flight has the drain's time. */
    ShutdownReport end() throws InterruptedException {
        beginEnd();
        try {
            ShutdownReport ended = service.awaitStopped(MAX_UNTIL_STOPPED);
            report = ended;
            return ended;
        } catch (TimeoutException e) {
            throw new AssertionError("the service has not ended: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        letEverybodyGo();
        if (report == null) {
            end();
        }
    }

    private void beginEnd() {
        endWork();
        source.letAll();
        service.shutdown("contract");
    }

    private void endWork() {
        Ticket mine = work;
        if (mine != null) {
            mine.close();
        }
    }
}
