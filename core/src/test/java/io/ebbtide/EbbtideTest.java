package io.ebbtide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.ConnectionUse;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testing.SilentSource;
import io.ebbtide.testing.TestTimeouts;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class EbbtideTest {
    /** A grace in which work finishes even on a busy machine. */
    private static final Settings ROOMY = Settings.derived().withGrace(Duration.ofMinutes(10));

    private static final Settings SHORT_DRAIN = Settings.derived()
            .withGrace(Duration.ofSeconds(20))
            .withLameDuck(Duration.ZERO)
            .withDrain(Duration.ofMillis(100));

    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    @Test
    void startAndClose_goInOrderAndInReverse() throws Exception {
        Ebbtide service = builder()
                .component("db", component("db"))
                .component("cache", component("cache"))
                .startupTask("warm up", () -> events.add("warm up"))
                .build();
        assertThat(service.state()).isEqualTo(LifecycleState.STARTING);

        service.start();
        assertThat(service.state()).isEqualTo(LifecycleState.RUNNING);
        service.close();

        assertThat(events).containsExactly("start db", "start cache", "warm up", "stop cache", "stop db");
        assertThat(service.awaitStopped(TestTimeouts.HANG).exitCode()).isEqualTo(ExitCode.CLEAN);
    }

    @Test
    void component_thatIsAutoCloseable_isClosed() {
        AutoCloseable pool = () -> events.add("closed");

        builder().component("pool", pool).build().start().close();

        assertThat(events).containsExactly("closed");
    }

    @Test
    void start_thatFails_stopsWhatHadStarted_andThrowsTheCause() throws Exception {
        Ebbtide service = builder()
                .component("db", component("db"))
                .component("cache", new Component() {
                    @Override
                    public void start() throws Exception {
                        throw new java.net.ConnectException("refused");
                    }

                    @Override
                    public void stop(Duration within) {
                        events.add("stop cache");
                    }
                })
                .component("never", component("never"))
                .build();

        assertThatThrownBy(service::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the start of component 'cache' of 'orders' failed")
                .hasRootCauseMessage("refused");

        assertThat(events).containsExactly("start db", "stop db");
        assertThat(service.state()).isEqualTo(LifecycleState.STOPPED);
        assertThat(service.awaitStopped(TestTimeouts.HANG).exitCode()).isEqualTo(ExitCode.START_FAILED);
    }

    @Test
    void start_twice_isRefused() {
        try (Ebbtide service = builder().build().start()) {
            assertThatThrownBy(service::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("service 'orders' is RUNNING (expected: not started yet); build a new one");
        }
    }

    @Test
    void shutdown_whileItStarts_interruptsTheStart_andStopsWhatHadStarted() throws Exception {
        var starting = new CountDownLatch(1);
        Ebbtide service = builder()
                .component("db", component("db"))
                .startupTask("warm up", () -> {
                    starting.countDown();
                    new CountDownLatch(1).await();
                })
                .build();
        var start = CompletableFuture.runAsync(service::start);
        starting.await();

        service.shutdown("changed my mind");

        assertThatThrownBy(() -> start.get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(InterruptedException.class)
                .hasMessageContaining("'orders' was shut down while it started: changed my mind");
        assertThat(events).containsExactly("start db", "stop db");
        assertThat(service.awaitStopped(TestTimeouts.HANG).exitCode()).isEqualTo(ExitCode.CLEAN);
    }

    @Test
    void shutdown_beforeTheStart_isTheEnd() throws Exception {
        Ebbtide service = builder().component("db", component("db")).build();

        service.shutdown("never mind");

        assertThat(service.awaitStopped(TestTimeouts.HANG).states()).containsKey(LifecycleState.DRAINING);
        assertThatThrownBy(service::start).hasMessage("'orders' was shut down while it started: never mind");
        assertThat(events).isEmpty();
    }

    @Test
    void shutdown_waitsForWorkInFlight_andCountsIt() throws Exception {
        Ebbtide service = builder().build().start();
        Ticket job = service.inFlight().enter(WorkKind.JOB, "reindex");

        service.shutdown("test");
        Awaitility.await().until(() -> service.state() == LifecycleState.DRAINING);
        assertThatThrownBy(() -> service.awaitStopped(Duration.ofMillis(50)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageMatching(
                        "'orders' is DRAINING after waiting 50 ms \\(expected: STOPPED\\) with 1 ticket\\(s\\)"
                                + " in flight: reindex \\([\\d.]+ m?s\\)");
        job.close();

        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);
        assertThat(report.inFlightAtSignal()).isEqualTo(1);
        assertThat(report.inFlightFinished()).isEqualTo(1);
        assertThat(report.isClean()).isTrue();
    }

    @Test
    void deadline_admitsNoWorkWhileItListsWhatIsCut() throws Exception {
        Ebbtide service =
                Ebbtide.builder("orders").settings(SHORT_DRAIN).build().start();
        var letIn = new AtomicBoolean();
        service.inFlight().tryEnter(WorkKind.REQUEST, () -> {
            letIn.set(service.inFlight().tryEnter(WorkKind.REQUEST, () -> "GET /late") != null);
            return "GET /stuck";
        });

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(letIn).isFalse();
        assertThat(report.inFlightCut()).isEqualTo(1);
        assertThat(report.cut()).extracting(ShutdownReport.Cut::description).containsExactly("GET /stuck");
        assertThat(report.inFlightFinished()).isZero();
    }

    @Test
    void deadline_withThousandsStuck_reportsTheOldestAndCountsTheRest() throws Exception {
        Ebbtide service =
                Ebbtide.builder("orders").settings(SHORT_DRAIN).build().start();
        for (int i = 0; i < 3_000; i++) {
            service.inFlight().enter(WorkKind.JOB, "job " + i).workedOnBy(null);
        }

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.inFlightCut()).isEqualTo(3_000);
        assertThat(report.cut()).hasSize(100);
        assertThat(report.json()).hasSizeLessThan(64 * 1024);
    }

    /** Two streams begin as requests, one before the time of its kind is over, one after. */
    @Test
    void requestThatBecomesAStream_hasTheTimeOfStreams() throws Exception {
        Ebbtide service = Ebbtide.builder("orders")
                .settings(ROOMY.withLameDuck(Duration.ZERO).withDrainLimit(WorkKind.STREAM, Duration.ZERO))
                .build()
                .start();
        Ticket early = service.work("GET /events", WorkKind.REQUEST);
        Ticket late = service.work("GET /late-events", WorkKind.REQUEST);
        Ticket request = service.work("GET /a", WorkKind.REQUEST);
        early.becomes(WorkKind.STREAM);

        service.shutdown("test");
        Awaitility.await()
                .atMost(TestTimeouts.HANG)
                .until(() -> service.inFlight().count(WorkKind.STREAM) == 0);
        late.becomes(WorkKind.STREAM);
        request.close();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.cut())
                .extracting(ShutdownReport.Cut::description)
                .containsExactly("GET /events", "GET /late-events");
        assertThat(report.inFlightCut()).isEqualTo(2);
        assertThat(report.inFlightFinished()).isEqualTo(1);
        assertThat(report.inFlightGivenUp()).isZero();
        assertThat(report.exitCode()).isEqualTo(ExitCode.WORK_CUT);
    }

    @Test
    void whatArrivesOnceShutdownHasReturned_isLate_eachOfIt() throws Exception {
        var ways = new CompletableFuture<Traffic>();
        Ebbtide service = Ebbtide.builder("orders")
                .settings(ROOMY.withLameDuck(Duration.ZERO))
                .serve(new SilentSource() {
                    @Override
                    public void start(Traffic traffic) {
                        ways.complete(traffic);
                    }
                })
                .build()
                .start();
        Ticket before = service.work("reindex", WorkKind.JOB);

        service.shutdown("test");
        Ticket late = ways.join().admit(WorkKind.REQUEST, () -> "GET /late");
        before.close();
        assertThat(late).isNotNull();
        late.close();
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.late().count()).isEqualTo(1);
        assertThat(report.inFlightAtSignal()).isEqualTo(1);
    }

    @Test
    void serviceThatNothingServes_keepsNoTimeForALameDuck_andTheDrainHasIt() throws Exception {
        Ebbtide worker = Ebbtide.builder("worker")
                .settings(Settings.derived()
                        .withGrace(Duration.ofSeconds(30))
                        .withLameDuck(Duration.ofSeconds(12))
                        .withStop(Duration.ofSeconds(5))
                        .withMargin(Duration.ofSeconds(3)))
                .build()
                .start();

        worker.shutdown("test");
        ShutdownReport report = worker.awaitStopped(TestTimeouts.HANG);

        assertThat(report.budget().lameDuck()).isZero();
        assertThat(report.budget().drain()).isEqualTo(Duration.ofSeconds(22));
    }

    @Test
    void kindThatIsCutByTheHundreds_keepsRoomForWhatIsCutAfterIt() throws Exception {
        Ebbtide service = Ebbtide.builder("orders")
                .settings(SHORT_DRAIN.withDrainLimit(WorkKind.STREAM, Duration.ZERO))
                .build()
                .start();
        service.work("reindex", WorkKind.JOB).workedOnBy(null);
        for (int i = 0; i < 300; i++) {
            service.work("GET /events", WorkKind.STREAM).workedOnBy(null);
        }

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.inFlightCut()).isEqualTo(301);
        assertThat(report.cut())
                .hasSizeLessThanOrEqualTo(100)
                .extracting(ShutdownReport.Cut::description)
                .contains("reindex");
    }

    @Test
    void source_thatCannotEvenReportItsName_skipsNothing() throws Exception {
        TrafficSource nameless = new TrafficSource() {
            @Override
            public String name() {
                throw new IllegalStateException("not now");
            }

            @Override
            public boolean hasSenders() {
                throw new NoClassDefFoundError("nor this");
            }

            @Override
            public void start(Traffic traffic) {}

            @Override
            public void stopAccepting() {}

            @Override
            public void close(Duration within) {
                events.add("close source");
            }
        };
        Ebbtide service = builder()
                .component("db", component("db"))
                .serve(nameless)
                .build()
                .start();

        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(events).containsExactly("start db", "stop db", "close source");
        assertThat(report.isClean()).isTrue();
        assertThat(report.components())
                .extracting(ShutdownReport.Stop::name)
                .containsExactly("db", nameless.getClass().getName() + " (name() failed: IllegalStateException)");
    }

    @Test
    void component_ofANameThatIsTaken_isRefused() {
        assertThatThrownBy(() -> builder().component("db", component("db")).component("db", component("db")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("component: 'db' (expected: a name that no other component has)");
    }

    @Test
    @SuppressWarnings("NullAway")
    void work_ofNoKind_isRefused_beforeItIsCounted() {
        try (Ebbtide service = builder().build().start()) {
            assertThatThrownBy(() -> service.work("reindex", null)).hasMessage("kind: null (expected: not null)");
            assertThatThrownBy(() -> service.work(null, WorkKind.JOB))
                    .hasMessage("description: null (expected: not null)");
            assertThatThrownBy(() -> service.inFlight().tryEnter(null, () -> ""))
                    .hasMessage("kind: null (expected: not null)");
            assertThatThrownBy(() -> service.inFlight().tryEnter(WorkKind.JOB, null))
                    .hasMessage("description: null (expected: not null)");

            assertThat(service.inFlight().count()).isZero();
        }
    }

    @Test
    void awaitStopped_forEver_waitsForEver() throws Exception {
        Ebbtide service = builder().build().start();
        service.shutdown("test");

        assertThat(service.awaitStopped(Duration.ofSeconds(Long.MAX_VALUE)).isClean())
                .isTrue();
    }

    @Test
    void orderOfTheBuilder_doesNotMatter() {
        Settings settings = Settings.derived().withDrain(Duration.ofSeconds(1));
        try (Ebbtide after = Ebbtide.builder("orders")
                        .settings(settings)
                        .management(0)
                        .build()
                        .start();
                Ebbtide before = Ebbtide.builder("orders")
                        .management(0)
                        .settings(settings)
                        .build()
                        .start()) {
            assertThat(after.managementPort()).isPositive();
            assertThat(before.managementPort()).isPositive();
        }
        Check check = Check.of(Outcome::up);
        assertThat(check.required().dependency().isRequired()).isTrue();
        assertThat(check.dependency().required().isRequired()).isTrue();
        assertThat(check.shared().dependency().isRequired()).isFalse();
        assertThat(check.dependency().isRequired()).isFalse();
        assertThat(check.isRequired()).isTrue();
    }

    @Test
    void mistakesOfTheBuilder_areReportedWithTheRemedy() {
        var source = new SilentSource();
        assertThatThrownBy(() -> builder().serve(source).serve(source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("source: added twice (expected: each source once)");
        assertThatThrownBy(() -> Ebbtide.builder("orders").scrape(type -> "").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scrape: set for 'orders' (expected: a management server that serves /metrics; call"
                        + " management())");
        assertThatThrownBy(() -> Ebbtide.builder("two\nlines"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("service: \"two\\u000alines\" (expected: one line without control characters)");
        assertThatThrownBy(() -> builder().component("a\tb", () -> {})).hasMessageStartingWith("name: ");
        assertThatThrownBy(() -> builder().readiness("a\nb", Check.of(Outcome::up)))
                .hasMessageStartingWith("name: ");
    }

    @Test
    void close_withWorkThatNeverEnds_cutsItAndSaysWhich() {
        Ebbtide service = builder().settings(SHORT_DRAIN).build().start();
        service.inFlight().enter(WorkKind.REQUEST, "GET /export");

        assertThatThrownBy(service::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"outcome\":\"WORK_CUT\"")
                .hasMessageContaining("GET /export")
                .hasMessageContaining("EbbtideTest.close_withWorkThatNeverEnds_cutsItAndSaysWhich");
    }

    /** Takes some seconds: a shorter lame duck is not worth advice. */
    @Test
    void serviceThatHadNoRequest_saysSoInItsReport_andOneThatHadADoesNot() throws Exception {
        var lameDuck = ROOMY.withLameDuck(Duration.ofMillis(3_500));
        var used = new AtomicReference<Traffic>();
        Ebbtide unusedService = Ebbtide.builder("unused")
                .serve(new SilentSource())
                .settings(lameDuck)
                .build()
                .start();
        Ebbtide usedService = Ebbtide.builder("used")
                .serve(new SilentSource() {
                    @Override
                    public void start(Traffic traffic) {
                        used.set(traffic);
                    }
                })
                .settings(lameDuck)
                .build()
                .start();
        Ticket request = used.get()
                .admit(WorkKind.REQUEST, () -> "GET /", InetAddress.getLoopbackAddress(), ConnectionUse.FIRST);
        Objects.requireNonNull(request).close();

        unusedService.shutdownWithLameDuck("test");
        usedService.shutdownWithLameDuck("test");

        assertThat(unusedService.awaitStopped(TestTimeouts.HANG).advice())
                .singleElement()
                .asString()
                .startsWith("no request came to this instance, except those of health checkers; lame duck ended at ");
        assertThat(usedService.awaitStopped(TestTimeouts.HANG).advice()).isEmpty();
    }

    @Test
    void shutdownWithLameDuck_servesMeanwhile_andCloseEndsTheLameDuck() throws Exception {
        Ebbtide service = builder()
                .serve(new SilentSource())
                .settings(ROOMY.withLameDuck(Duration.ofMinutes(5)))
                .build()
                .start();

        service.shutdownWithLameDuck("a container got the signal");
        Awaitility.await().until(() -> service.state() == LifecycleState.LAME_DUCK);
        service.work("late", WorkKind.JOB).close();
        service.close();

        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);
        assertThat(report.reason()).isEqualTo("a container got the signal");
        assertThat(report.lameDuck().reason()).isEqualTo(ShutdownReport.LameDuckReason.SKIPPED);
    }

    @Test
    void reasonThatSaysNothing_isRefused_andTheServiceGoesOn() {
        Ebbtide service = builder().build().start();

        for (String reason : new String[] {null, " "}) {
            assertThatThrownBy(() -> service.shutdown(reason)).hasMessageStartingWith("reason: ");
            assertThatThrownBy(() -> service.shutdownWithLameDuck(reason)).hasMessageStartingWith("reason: ");
        }

        assertThat(service.state()).isEqualTo(LifecycleState.RUNNING);
        service.close();
    }

    @Test
    void close_twice_doesNothingMore() {
        Ebbtide service = builder().component("db", component("db")).build().start();

        service.close();
        service.close();

        assertThat(events).containsExactly("start db", "stop db");
    }

    @Test
    void listeners_areNotifiedInOrder_andOneThatThrowsHarmsNoOther() throws Exception {
        Ebbtide service = builder()
                .listener(new LifecycleListener() {
                    @Override
                    public void entered(LifecycleState state) {
                        throw new AssertionError("listener");
                    }
                })
                .listener(new LifecycleListener() {
                    @Override
                    public void entered(LifecycleState state) {
                        events.add(state.name());
                    }

                    @Override
                    public void stopped(ShutdownReport report) {
                        events.add("stopped " + report.reason());
                    }
                })
                .build()
                .start();

        service.shutdown("test");

        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);
        assertThat(events).containsExactly("RUNNING", "DRAINING", "STOPPING", "STOPPED", "stopped test");
        assertThat(report.problems())
                .hasSize(3)
                .allMatch(problem ->
                        problem.contains(".entered(") && problem.endsWith("failed: AssertionError: listener"));
        assertThat(report.exitCode()).isEqualTo(ExitCode.CLEAN);
    }

    @Test
    void build_withDependencyOnLiveness_isRefused() {
        assertThatThrownBy(() ->
                        builder().liveness("db", Check.tcp("localhost", 1)).build())
                .hasMessageContaining("restart storm");
    }

    @Test
    void build_withAWrongVariable_namesItAndItsValue() {
        assertThatThrownBy(() -> new EbbtideBuilder("orders")
                        .environment(Map.of("EBBTIDE_GRACE", "30"))
                        .build())
                .hasMessage(
                        "EBBTIDE_GRACE=30 is wrong: expected: a number with a unit such as 500ms, 30s or 2m, or PT30S");
        assertThatThrownBy(() -> new EbbtideBuilder("orders")
                        .environment(Map.of("EBBTIDE_MANAGEMENT_PORT", "70000"))
                        .build())
                .hasMessage("EBBTIDE_MANAGEMENT_PORT=70000 is wrong: managementPort: 70000 (expected: 0 to 65535)");
    }

    @Test
    void twoServices_inOneJvm_doNotMeet() {
        try (Ebbtide one =
                        new EbbtideBuilder("one").environment(Map.of()).build().start();
                Ebbtide other = new EbbtideBuilder("other")
                        .environment(Map.of())
                        .readiness("check", Check.of(Outcome::up))
                        .build()
                        .start()) {
            one.hold("maintenance");
            one.shutdown("test");

            Awaitility.await().until(() -> one.state() == LifecycleState.STOPPED);
            assertThat(other.state()).isEqualTo(LifecycleState.RUNNING);
            assertThat(other.health().snapshot().holds()).isEmpty();
        }
    }

    private static EbbtideBuilder builder() {
        return new EbbtideBuilder("orders").environment(Map.of()).settings(ROOMY);
    }

    private Component component(String name) {
        return new Component() {
            @Override
            public void start() {
                events.add("start " + name);
            }

            @Override
            public void stop(Duration within) {
                events.add("stop " + name);
            }
        };
    }
}
