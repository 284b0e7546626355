package io.ebbtide.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.health.Check;
import io.ebbtide.health.HealthControl;
import io.ebbtide.health.Hold;
import io.ebbtide.health.Outcome;
import io.ebbtide.health.ProbeKind;
import io.ebbtide.health.Status;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.testing.LoadedSource;
import io.ebbtide.testing.SilentSource;
import io.ebbtide.testing.TestTimeouts;
import io.ebbtide.work.QueueRule;
import io.ebbtide.work.WorkExecutor;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.cumulative.CumulativeTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

final class ServiceMetersTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final LoadedSource source = new LoadedSource();

    @Test
    void meters_describeTheService_andGoWithIt() {
        Ebbtide service = builder()
                .readiness(
                        "cache", Check.of(() -> Outcome.down("gone")).shared().timeout(TestTimeouts.HANG))
                .build();
        assertThat(registry.getMeters()).isEmpty();
        service.start();

        service.work("done", WorkKind.REQUEST).close();
        Ticket open = service.work("open", WorkKind.REQUEST);

        assertThat(value("ebbtide.requests", "kind", "request")).isEqualTo(2);
        assertThat(value("ebbtide.inflight", "kind", "request")).isEqualTo(1);
        assertThat(value("ebbtide.state", "state", "running")).isEqualTo(1);
        assertThat(value("ebbtide.state", "state", "lame_duck")).isZero();
        assertThat(value("ebbtide.moves", "to", "running")).isEqualTo(1);
        assertThat(value("ebbtide.late.requests", "connection", "new")).isZero();
        assertThat(value("ebbtide.late.latest")).isZero();
        assertThat(value("ebbtide.grace")).isEqualTo(10);
        assertThat(value("ebbtide.grace.used")).isZero();
        assertThat(value("ebbtide.connections.open", "source", "loaded")).isEqualTo(7);
        assertThat(value("ebbtide.workers.max", "source", "loaded")).isEqualTo(8);
        assertThat(registry.find("ebbtide.workers.queued").meter())
                .as("a value that the source cannot report")
                .isNull();
        Awaitility.await().until(() -> value("ebbtide.readiness", "status", "degraded") == 1);
        assertThat(value("ebbtide.readiness", "status", "up")).isZero();
        assertThat(value("ebbtide.check.up", "check", "cache", "required", "false"))
                .isZero();
        assertThat(value("ebbtide.check.hung", "check", "cache")).isZero();
        Awaitility.await().until(() -> registry.find("ebbtide.check.latency").meter() != null);
        assertThat(value("ebbtide.check.age", "check", "cache")).isNotNegative();
        open.close();
        service.close();

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void checkThatHasNoResultYet_hasNoLatency_ratherThanNone() {
        var release = new CountDownLatch(1);
        try (Ebbtide service = builder()
                .readiness(
                        "slow",
                        Check.of(() -> {
                                    release.await();
                                    return Outcome.up();
                                })
                                .timeout(TestTimeouts.HANG))
                .build()
                .start()) {
            assertThat(registry.find("ebbtide.check.latency").meter()).isNull();
            assertThat(registry.find("ebbtide.check.age").meter()).isNull();
            assertThat(value("ebbtide.in.rotation")).isZero();

            release.countDown();

            Awaitility.await()
                    .until(() -> registry.find("ebbtide.check.latency").meter() != null);
            Awaitility.await().until(() -> value("ebbtide.in.rotation") == 1);
            assertThat(service.state().name()).isEqualTo("RUNNING");
        }
    }

    @Test
    void hpaSeries_existOnlyInRotation() throws Exception {
        List<List<String>> seen = new ArrayList<>();
        var stopping = new CountDownLatch(1);
        Ebbtide service = builder()
                .settings(Settings.derived().withGrace(Duration.ofMinutes(10)).withLameDuck(Duration.ZERO))
                .component("before", new Component() {
                    @Override
                    public void start() {
                        seen.add(hpaSeries());
                    }

                    @Override
                    public void stop(Duration within) {
                        seen.add(hpaSeries());
                        stopping.countDown();
                    }
                })
                .queue("imports", () -> 3)
                .build()
                .start();

        assertThat(hpaSeries())
                .containsExactlyInAnyOrder(
                        "ebbtide.hpa.inflight", "ebbtide.hpa.utilization", "ebbtide.hpa.queue.depth");
        assertThat(value("ebbtide.hpa.utilization")).isEqualTo(0.25);
        assertThat(value("ebbtide.hpa.queue.depth", "queue", "imports")).isEqualTo(3);

        Hold hold = service.hold("warming up");
        Awaitility.await().until(() -> hpaSeries().isEmpty());
        assertThat(value("ebbtide.in.rotation")).isZero();
        hold.close();
        Awaitility.await().until(() -> hpaSeries().size() == 3);
        assertThat(value("ebbtide.in.rotation")).isEqualTo(1);

        Ticket last = service.work("last", WorkKind.REQUEST);
        service.shutdown("test");
        Awaitility.await().until(() -> hpaSeries().isEmpty());
        assertThat(value("ebbtide.inflight", "kind", "request"))
                .as("its work is still reported")
                .isEqualTo(1);
        last.close();
        service.awaitStopped(TestTimeouts.HANG);

        assertThat(stopping.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(seen).containsExactly(List.of(), List.of());
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void hpaSeries_areAllThere_whenHealthChangesWhileTheServiceBeginsToRun() {
        var running = new AtomicReference<Ebbtide>();
        var asked = new Waiting(
                () -> {
                    running.get().hold("just now").close();
                    return () -> 3;
                },
                SourceLoad::nothingKnown);
        running.set(builder().serve(asked).build());
        try (Ebbtide service = running.get().start()) {
            assertThat(hpaSeries())
                    .containsExactlyInAnyOrder(
                            "ebbtide.hpa.inflight", "ebbtide.hpa.utilization", "ebbtide.hpa.queue.depth");
            assertThat(service.state().name()).isEqualTo("RUNNING");
        }
    }

    /** Each of these is the caller's code, and hangs until the test is over. */
    @ParameterizedTest
    @ValueSource(strings = {"load", "backlog", "depth", "filter", "listener"})
    void codeOfTheCallerThatBlocks_holdsUpNeitherTheStartNorTheShutdown(String what) throws Exception {
        var hangs = new AtomicBoolean();
        var asked = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        Runnable hang = () -> {
            if (hangs.get()) {
                asked.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        var source = new Waiting(
                () -> {
                    if (what.equals("backlog")) {
                        hang.run();
                    }
                    return () -> {
                        if (what.equals("depth")) {
                            hang.run();
                        }
                        return 3;
                    };
                },
                () -> {
                    if (what.equals("load")) {
                        hang.run();
                    }
                    return SourceLoad.nothingKnown();
                });
        if (what.equals("filter")) {
            registry.config().meterFilter(MeterFilter.accept(id -> {
                if (id.getName().startsWith("ebbtide.hpa")) {
                    hang.run();
                }
                return true;
            }));
        } else if (what.equals("listener")) {
            registry.config().onMeterRemoved(meter -> hang.run());
        }
        Ebbtide service = builder().serve(source).build();
        hangs.set(!what.equals("listener"));
        service.start();
        hangs.set(true);
        assertThat(service.state()).isEqualTo(LifecycleState.RUNNING);
        if (what.equals("depth")) { // only when a gauge is read
            var scrape = new Thread(() -> registry.getMeters().forEach(ServiceMetersTest::read));
            scrape.setDaemon(true);
            scrape.start();
        } else if (what.equals("listener")) {
            service.hold("maintenance");
        }
        assertThat(asked.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS)).isTrue();

        service.hold("has an effect all the same");
        assertThat(service.health().snapshot().readiness()).isEqualTo(Status.DOWN);
        service.shutdown("test");
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

        assertThat(report.isClean()).isTrue();
        release.countDown();
    }

    @Test
    void queueThatFailsToReport_isAsItWasLast_ratherThanNaN() {
        var fails = new AtomicBoolean();
        var waiting = new Waiting(
                () -> () -> {
                    if (fails.get()) {
                        throw new IllegalStateException("broker is gone");
                    }
                    return 3;
                },
                SourceLoad::nothingKnown);
        try (Ebbtide service = builder().serve(waiting).build().start()) {
            assertThat(value("ebbtide.hpa.queue.depth", "queue", "waiting")).isEqualTo(3);

            fails.set(true);

            assertThat(value("ebbtide.hpa.queue.depth", "queue", "waiting")).isEqualTo(3);
            assertThat(value("ebbtide.queue.depth", "queue", "waiting")).isEqualTo(3);
            assertThat(service.state().name()).isEqualTo("RUNNING");
        }
    }

    @Test
    void sourceThatFailsToReport_takesNoOtherMeterAway() {
        var failing = new Waiting(
                () -> {
                    throw new IllegalStateException("not now");
                },
                () -> {
                    throw new IllegalStateException("nor this");
                });
        try (Ebbtide service =
                builder().serve(failing).queue("imports", () -> 3).build().start()) {
            assertThat(hpaSeries())
                    .containsExactlyInAnyOrder(
                            "ebbtide.hpa.inflight", "ebbtide.hpa.utilization", "ebbtide.hpa.queue.depth");
            assertThat(value("ebbtide.hpa.utilization")).isEqualTo(0.25);
            assertThat(value("ebbtide.queue.depth", "queue", "imports")).isEqualTo(3);
            assertThat(service.state().name()).isEqualTo("RUNNING");
        }
    }

    @Test
    void startThatFailsHalfway_leavesNoMeterBehind() {
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                if (id.getName().equals("ebbtide.late.latest")) {
                    throw new IllegalArgumentException("not this one");
                }
                return id;
            }
        });

        assertThatThrownBy(() -> builder().build().start()).hasRootCauseMessage("not this one");

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void checkThatJoinsLater_hasMetersFromItsFirstOutcomeOn() {
        try (Ebbtide service = builder().build().start()) {
            new HealthControl(service.health()).join("late", ProbeKind.READINESS, Check.of(Outcome::up));

            Awaitility.await()
                    .until(() -> registry.find("ebbtide.check.up")
                                    .tag("check", "late")
                                    .meter()
                            != null);
            assertThat(value("ebbtide.check.up", "check", "late")).isEqualTo(1);
            assertThat(value("ebbtide.check.hung", "check", "late")).isZero();
            service.close();
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    @Test
    void startupCheck_hasNoAge_asItIsNotRenewed() {
        try (Ebbtide service =
                builder().startup("cache", Check.of(Outcome::up)).build().start()) {
            Awaitility.await()
                    .until(() -> registry.find("ebbtide.check.latency").meter() != null);

            assertThat(registry.find("ebbtide.check.age").meter()).isNull();
            assertThat(value("ebbtide.check.up", "check", "cache")).isEqualTo(1);
            assertThat(service.state().name()).isEqualTo("RUNNING");
        }
    }

    @Test
    void countThatIsFoundSmallerForAMoment_isNotReportedAsARestart() {
        var count = new AtomicInteger(101);
        new MeterGroup(registry, "orders").counter("counted", "Counted", count, AtomicInteger::get);
        assertThat(value("counted")).isEqualTo(101);

        count.set(100);

        assertThat(value("counted")).isEqualTo(101);
    }

    @Test
    void routeOrStatus_thatIsNone_isReportedAsNone() {
        try (Ebbtide service = builder().build().start()) {
            source.answer("GET", "", 200);
            source.answer("GET", "/", 12_345);

            assertThat(timer("GET", "UNKNOWN", "200", "SUCCESS").count()).isEqualTo(1);
            assertThat(timer("GET", "/", "none", "UNKNOWN").count()).isEqualTo(1);
            assertThat(service.inFlight().count()).isZero();
        }
    }

    @Test
    void utilisation_withALimit_isThatOfTheLimit() {
        try (Ebbtide service = Ebbtide.builder("orders")
                        .metrics(registry, MeterRules.defaults().withInFlightLimit(4))
                        .serve(source)
                        .build()
                        .start();
                Ticket open = service.work("open", WorkKind.JOB)) {
            assertThat(value("ebbtide.hpa.utilization")).isEqualTo(0.25);
            assertThat(value("ebbtide.inflight.limit")).isEqualTo(4);
            assertThat(open.kind()).isEqualTo(WorkKind.JOB);
        }
    }

    @Test
    void executor_reportsWhatWaits_andForHowLong() throws Exception {
        var release = new CountDownLatch(1);
        var executor = WorkExecutor.of("mails", Executors.newSingleThreadExecutor(), QueueRule.keep());
        try (Ebbtide service = builder().work(executor).build().start()) {
            executor.execute(() -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            executor.execute(() -> {});
            executor.execute(() -> {});
            Awaitility.await().until(() -> value("ebbtide.queue.depth", "queue", "mails") == 2);

            Awaitility.await().until(() -> value("ebbtide.queue.age", "queue", "mails") > 0.05);
            assertThat(value("ebbtide.hpa.queue.depth", "queue", "mails")).isEqualTo(2);
            assertThat(service.inFlight().count()).isEqualTo(3);
            release.countDown();
            Awaitility.await().until(() -> value("ebbtide.queue.age", "queue", "mails") == 0);
        }
    }

    @Test
    void twoQueuesOfOneName_areOne_andTheLogSaysSo() {
        var lines = new ListAppender<ILoggingEvent>();
        var logger = (Logger) LoggerFactory.getLogger(ServiceMeters.class);
        lines.list = new CopyOnWriteArrayList<>(); // written by another thread
        lines.start();
        logger.setLevel(Level.WARN);
        logger.addAppender(lines);
        var executor = WorkExecutor.of("mails", Executors.newSingleThreadExecutor(), QueueRule.keep());
        try (Ebbtide service =
                builder().queue("mails", () -> 3).work(executor).build().start()) {
            assertThat(value("ebbtide.queue.depth", "queue", "mails")).isEqualTo(3);
            assertThat(service.inFlight().count()).isZero();
            Awaitility.await()
                    .until(
                            () -> lines.list.stream()
                                    .anyMatch(
                                            line -> line.getFormattedMessage()
                                                    .equals(
                                                            "'orders' has two queues named 'mails'; its meters show the first one"
                                                                    + " (expected: a distinct name for each queue, executor and source; rename one)")));
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(null);
        }
    }

    @Test
    void workThatIsCut_isCounted_andTheTimesOfTheStatesAreReported() throws Exception {
        var stopping = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        Ebbtide service = builder()
                .settings(Settings.derived()
                        .withGrace(Duration.ofMinutes(10))
                        .withLameDuck(Duration.ZERO)
                        .withDrain(Duration.ofMillis(100)))
                .component("slow", () -> {
                    stopping.countDown();
                    release.await();
                })
                .build()
                .start();
        service.work("stuck", WorkKind.JOB).workedOnBy(null);

        service.shutdown("test");
        assertThat(stopping.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                .isTrue();

        assertThat(value("ebbtide.cut", "kind", "job")).isEqualTo(1);
        assertThat(value("ebbtide.cut", "kind", "request")).isZero();
        assertThat(value("ebbtide.shutdown", "state", "draining"))
                .isPositive()
                .isLessThanOrEqualTo(value("ebbtide.grace.used"));
        assertThat(value("ebbtide.shutdown", "state", "lame_duck")).isZero();
        assertThat(value("ebbtide.grace.used")).isGreaterThanOrEqualTo(0.1);
        assertThat(value("ebbtide.moves", "to", "stopping")).isEqualTo(1);
        release.countDown();
        service.awaitStopped(TestTimeouts.HANG);
    }

    @Test
    void secondServiceOfTheSameName_isRefused_andTheFirstKeepsItsMeters() {
        try (Ebbtide first = builder().build().start()) {
            assertThatThrownBy(() ->
                            Ebbtide.builder("orders").metrics(registry).build().start())
                    .isInstanceOf(IllegalStateException.class)
                    .cause()
                    .hasMessage("registry: already has meters of a service named 'orders' (expected: another name, or"
                            + " another registry)");

            assertThat(first.state().name()).isEqualTo("RUNNING");
            assertThat(value("ebbtide.state", "state", "running")).isEqualTo(1);
        }
    }

    @Test
    void secondServiceOfAnotherName_comesAndGoesAlone() {
        try (Ebbtide first = builder().build().start()) {
            int ofOne = registry.getMeters().size();
            Ebbtide second = Ebbtide.builder("other").metrics(registry).build().start();
            assertThat(registry.getMeters().size()).isGreaterThan(ofOne);

            second.close();

            assertThat(registry.getMeters()).hasSize(ofOne);
            assertThat(first.state().name()).isEqualTo("RUNNING");
        }
    }

    @Test
    void requests_areTimedByRouteAndStatus() {
        try (Ebbtide service = builder().build().start()) {
            source.answer("GET", "/orders/{id}", 200);
            source.answer("GET", "/orders/{id}", 200);
            source.answer("BREW", null, 0);

            assertThat(timer("GET", "/orders/{id}", "200", "SUCCESS").count()).isEqualTo(2);
            assertThat(timer("OTHER", "UNKNOWN", "none", "UNKNOWN").count()).isEqualTo(1);
            assertThat(service.inFlight().count()).isZero();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void routesWithoutEnd_becomeOneSeries() {
        try (Ebbtide service = builder().build().start()) {
            for (int i = 0; i < RequestMeters.MAX_ROUTES + 50; i++) {
                source.answer("GET", "/orders/" + i, 200);
            }

            assertThat(registry.find("http.server.requests").timers()).hasSize(RequestMeters.MAX_ROUTES + 1);
            assertThat(timer("GET", "OTHER", "200", "SUCCESS").count()).isEqualTo(50);
            assertThat(service.inFlight().count()).isZero();
        }
    }

    @Test
    void namesOfRoutesThatBecomeOne_areOneSeries_andOneThatIsKnownStaysItself() {
        try (Ebbtide service = builder().build().start()) {
            for (int i = 0; i < 1_000; i++) {
                source.answer("GET", "/orders?token=" + i, 200);
            }
            for (int i = 0; i < 1_000; i++) {
                source.answer("GET", "/others/" + i, 200);
            }
            source.answer("GET", "/orders?token=0", 200);

            assertThat(timer("GET", "/orders?token=***", "200", "SUCCESS").count())
                    .isEqualTo(RequestMeters.MAX_GIVEN_ROUTES + 1);
            assertThat(registry.find("http.server.requests").timers()).hasSize(2);
            assertThat(service.inFlight().count()).isZero();
        }
    }

    @Test
    void statusesWithoutEnd_becomeTheirClass_andRegisteredOnesStay() {
        try (Ebbtide service = builder().build().start()) {
            for (int status = 100; status <= 999; status++) {
                source.answer("GET", null, status);
            }
            source.answer("GET", null, 404);
            source.answer("GET", null, 1_000);

            assertThat(registry.find("http.server.requests").timers())
                    .as("62 registered, 20 others, 9 classes and none")
                    .hasSizeLessThanOrEqualTo(62 + RequestMeters.MAX_PRIVATE_STATUSES + 9 + 1);
            assertThat(timer("GET", "UNKNOWN", "404", "CLIENT_ERROR").count()).isEqualTo(2);
            assertThat(timer("GET", "UNKNOWN", "511", "SERVER_ERROR").count()).isEqualTo(1);
            assertThat(timer("GET", "UNKNOWN", "5xx", "SERVER_ERROR").count()).isEqualTo(89);
            assertThat(timer("GET", "UNKNOWN", "9xx", "UNKNOWN").count()).isEqualTo(100);
            assertThat(timer("GET", "UNKNOWN", "none", "UNKNOWN").count()).isEqualTo(1);
            assertThat(service.inFlight().count()).isZero();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    private static final class Planted extends Error {
        private static final long serialVersionUID = 1;
    }

    /** A user's registry, whose timer throws any exception. */
    @Test
    void registryThatThrowsOnARecord_failsNoRequest_andIsCounted() {
        var throwing = new SimpleMeterRegistry() {
            @Override
            protected Timer newTimer(
                    Meter.Id id, DistributionStatisticConfig configuration, PauseDetector pauseDetector) {
                return new CumulativeTimer(id, clock, configuration, pauseDetector, TimeUnit.SECONDS, false) {
                    @Override
                    protected void recordNonNegative(long amount, TimeUnit unit) {
                        throw new Planted();
                    }
                };
            }
        };
        try (Ebbtide service = Ebbtide.builder("orders")
                .metrics(throwing)
                .serve(source)
                .build()
                .start()) {
            for (int i = 0; i < 3; i++) {
                assertThatCode(() -> source.answer("GET", null, 200)).doesNotThrowAnyException();
            }

            assertThat(service.inFlight().count()).isZero();
            assertThat(throwing.get("ebbtide.failures").functionCounter().count())
                    .isEqualTo(3);
        }
    }

    @Test
    void filterOrListenerThatThrowsAnError_failsNoRequest() {
        registry.config().onMeterAdded(meter -> {
            if (meter.getId().getName().equals("http.server.requests")) {
                throw new NoClassDefFoundError("planted");
            }
        });
        try (Ebbtide service = builder().build().start()) {
            for (int i = 0; i < 3; i++) {
                assertThatCode(() -> source.answer("GET", null, 200)).doesNotThrowAnyException();
            }

            assertThat(service.inFlight().count()).isZero();
        }
    }

    @Test
    void listenerThatThrowsOnARemoval_keepsNoOtherMeterInTheRegistry() throws Exception {
        registry.config().onMeterRemoved(meter -> {
            if (meter.getId().getName().equals("ebbtide.inflight")) {
                throw new IllegalStateException("planted");
            }
        });
        Ebbtide service = builder().build().start();
        source.answer("GET", null, 200);

        service.shutdown("test");
        service.awaitStopped(TestTimeouts.HANG);

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void requestsThatAnotherFilterTimes_areNotTimedTwice() {
        Timer others = registry.timer("http.server.requests", "uri", "/theirs");
        try (Ebbtide service = builder().build().start()) {
            source.answer("GET", "/orders/{id}", 200);

            assertThat(registry.find("http.server.requests").timers()).containsExactly(others);
            assertThat(service.inFlight().count()).isZero();
        }
    }

    @Test
    void requestNamesOfDashboards_areThereOnDemand() {
        try (Ebbtide service = Ebbtide.builder("orders")
                .metrics(registry, MeterRules.defaults().withRequests(RequestNames.HTTP_REQUEST_DURATION))
                .serve(source)
                .build()
                .start()) {
            source.answer("GET", null, 404);

            assertThat(value("http.requests", "status", "404")).isEqualTo(1);
            assertThat(registry.get("http.request.duration").timer().count()).isEqualTo(1);
            assertThat(registry.find("http.server.requests").meter()).isNull();
            assertThat(service.inFlight().count()).isZero();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    private EbbtideBuilder builder() {
        return Ebbtide.builder("orders").metrics(registry).serve(source);
    }

    private Timer timer(String method, String uri, String status, String outcome) {
        return registry.get("http.server.requests")
                .tags("service", "orders", "method", method, "uri", uri, "status", status, "outcome", outcome)
                .timer();
    }

    private List<String> hpaSeries() {
        return registry.getMeters().stream()
                .map(meter -> meter.getId().getName())
                .filter(name -> name.startsWith("ebbtide.hpa."))
                .toList();
    }

    private double value(String name, String... tags) {
        Meter meter = registry.get(name).tag("service", "orders").tags(tags).meter();
        return meter.measure().iterator().next().getValue();
    }

    /** A length alone gives no age: the age is absent, as 0 would mean that nothing waits. */
    @Test
    void queueAge_isThereWhileItIsKnown_andAbsentElse() {
        var age = new AtomicReference<Duration>();
        var queue = new Backlog() {
            @Override
            public int depth() {
                return 998;
            }

            @Override
            public @Nullable Duration oldest() {
                return age.get();
            }
        };
        try (Ebbtide service = builder()
                .queue("imports", () -> 998)
                .queue("mails", queue)
                .build()
                .start()) {
            assertThat(service.state()).isEqualTo(LifecycleState.RUNNING);
            assertThat(value("ebbtide.queue.depth", "queue", "imports")).isEqualTo(998);
            assertThat(registry.find("ebbtide.queue.age").meters()).isEmpty();

            age.set(Duration.ofSeconds(7));
            assertThat(value("ebbtide.queue.depth", "queue", "mails")).isEqualTo(998);
            Awaitility.await()
                    .until(() -> registry.find("ebbtide.queue.age").meters().size() == 1);
            assertThat(value("ebbtide.queue.age", "queue", "mails")).isEqualTo(7);

            age.set(null);
            assertThat(value("ebbtide.queue.depth", "queue", "mails")).isEqualTo(998);
            Awaitility.await()
                    .until(() -> registry.find("ebbtide.queue.age").meters().isEmpty());
        }
    }

    /** A source with waiting requests. */
    private static final class Waiting extends SilentSource {
        private final Supplier<Backlog> backlog;
        private final Supplier<SourceLoad> load;

        Waiting(Supplier<Backlog> backlog, Supplier<SourceLoad> load) {
            this.backlog = backlog;
            this.load = load;
        }

        @Override
        public String name() {
            return "waiting";
        }

        @Override
        public SourceLoad load() {
            return load.get();
        }

        @Override
        public Backlog backlog() {
            return backlog.get();
        }
    }

    private static void read(Meter meter) {
        for (Measurement each : meter.measure()) {
            each.getValue();
        }
    }
}
