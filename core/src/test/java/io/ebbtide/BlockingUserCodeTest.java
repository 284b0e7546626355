package io.ebbtide;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.Backlog;
import io.ebbtide.spi.SourceLoad;
import io.ebbtide.spi.Traffic;
import io.ebbtide.testing.SilentSource;
import io.ebbtide.testing.TestTimeouts;
import io.ebbtide.work.MessageSource;
import io.ebbtide.work.Messages;
import io.ebbtide.work.QueueRule;
import io.ebbtide.work.WorkExecutor;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever user code never returns, the rest of the service continues to work, and ends. */
@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait
final class BlockingUserCodeTest {
    private static final Settings SHORT = Settings.derived()
            .withGrace(Duration.ofSeconds(8))
            .withLameDuck(Duration.ZERO)
            .withDrain(Duration.ofSeconds(1))
            .withStop(Duration.ofSeconds(2))
            .withMargin(Duration.ofSeconds(4));

    private final Blocker blocker = new Blocker();

    /** Blocks once the service runs, even if interrupted, until the test is over. */
    private static final class Blocker {
        private final CountDownLatch armed = new CountDownLatch(1);
        private final CountDownLatch over = new CountDownLatch(1);
        private final CountDownLatch reached = new CountDownLatch(1);

        void here() {
            if (armed.getCount() > 0) {
                return;
            }
            reached.countDown();
            always();
        }

        void always() {
            while (over.getCount() > 0) {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    // interrupts are ignored on purpose
                }
            }
        }

        <T> T here(T answer) {
            here();
            return answer;
        }
    }

    /** Which of the user's methods blocks. */
    private enum Blocking {
        COMPONENT_STOP((builder, blocker) -> builder.component("c", (Component) new Component() {
            @Override
            public void start() {}

            @Override
            public void stop(Duration within) {
                blocker.here();
            }
        })),
        SOURCE_STOP_ACCEPTING((builder, blocker) -> builder.serve(new SilentSource() {
            @Override
            public void stopAccepting() {
                blocker.here();
            }
        })),
        SOURCE_CLOSE((builder, blocker) -> builder.serve(new SilentSource() {
            @Override
            public void close(Duration within) {
                blocker.here();
            }
        })),
        SOURCE_LOAD((builder, blocker) -> builder.serve(new SilentSource() {
            @Override
            public SourceLoad load() {
                return blocker.here(new SourceLoad(1, 1, 1, 1));
            }
        })),
        SOURCE_BACKLOG((builder, blocker) -> builder.serve(new SilentSource() {
            @Override
            public Backlog backlog() {
                return blocker.here(() -> 1);
            }
        })),
        SOURCE_SUMMARY((builder, blocker) -> builder.serve(new SilentSource() {
            @Override
            public String summary() {
                return blocker.here("");
            }
        })),
        BACKLOG_DEPTH((builder, blocker) -> builder.queue("q", () -> blocker.here(1))),
        BACKLOG_OLDEST((builder, blocker) -> builder.queue("q", new Backlog() {
            @Override
            public int depth() {
                return 1;
            }

            @Override
            public Duration oldest() {
                return blocker.here(Duration.ZERO);
            }
        })),
        SCRAPE((builder, blocker) -> builder.scrape(type -> blocker.here("metrics 1\n"))),
        METER_FILTER((builder, blocker) -> {}),
        LISTENER_ENTERED((builder, blocker) -> builder.listener(new LifecycleListener() {
            @Override
            public void entered(LifecycleState state) {
                blocker.here();
            }
        })),
        LISTENER_STOPPED((builder, blocker) -> builder.listener(new LifecycleListener() {
            @Override
            public void stopped(ShutdownReport report) {
                blocker.here();
            }
        })),
        CHECK((builder, blocker) -> builder.readiness("c", quick(Check.of(() -> blocker.here(Outcome.up()))))),
        CHECK_TIMEOUT((builder, blocker) -> builder.readiness(
                "c",
                quick(Check.of(() -> blocker.here(Outcome.up()))
                        .onTimeout(blocker::here)
                        .timeoutOutcome(() -> blocker.here(null))))),
        CHECK_STOP((builder, blocker) ->
                builder.readiness("c", quick(Check.of(Outcome::up).onStop(blocker::here)))),
        MESSAGE_PAUSE((builder, blocker) -> builder.messages(new Source() {
            @Override
            public void pause() {
                blocker.here();
            }
        })),
        MESSAGE_COMMIT((builder, blocker) -> builder.messages(new Source() {
            @Override
            public void commit(Duration within) {
                blocker.here();
            }
        })),
        MESSAGE_DESCRIPTION((builder, blocker) -> builder.messages(new Source() {
            @Override
            public void start(Messages messages) {
                messages.take(() -> blocker.here("inbox 7"));
            }
        })),
        MESSAGE_DISCONNECT((builder, blocker) -> builder.messages(new Source() {
            @Override
            public void disconnect(Duration within) {
                blocker.here();
            }
        })),
        DESCRIPTION((builder, blocker) -> builder.serve(new SilentSource() {
            @Override
            public void start(Traffic traffic) {
                traffic.admit(WorkKind.REQUEST, () -> blocker.here("GET /a"));
                traffic.admit(WorkKind.REQUEST, () -> "GET /b");
            }
        })),
        HAND_BACK((builder, blocker) -> {
            ExecutorService pool = Executors.newSingleThreadExecutor(task -> {
                var thread = new Thread(task);
                thread.setDaemon(true);
                return thread;
            });
            var executor = WorkExecutor.of("mails", pool, QueueRule.handBack(task -> blocker.here()));
            builder.work(executor).startupTask("tasks", () -> {
                for (int i = 0; i < 3; i++) {
                    executor.execute(blocker::always); // one task runs, the others wait
                }
            });
        });

        @SuppressWarnings("ImmutableEnumChecker") // a lambda without state
        private final BiConsumer<EbbtideBuilder, Blocker> into;

        Blocking(BiConsumer<EbbtideBuilder, Blocker> into) {
            this.into = into;
        }

        private static Check quick(Check check) {
            return check.every(Duration.ofMillis(50)).timeout(Duration.ofMillis(50));
        }
    }

    /** The methods that are called while the service runs; the others are called when it shuts down. */
    private static final Set<Blocking> REACHED_BEFORE = EnumSet.of(
            Blocking.SOURCE_LOAD,
            Blocking.SOURCE_BACKLOG,
            Blocking.BACKLOG_DEPTH,
            Blocking.BACKLOG_OLDEST,
            Blocking.SCRAPE,
            Blocking.METER_FILTER,
            Blocking.CHECK,
            Blocking.CHECK_TIMEOUT);

    /** A message source without messages. */
    private static class Source implements MessageSource {
        @Override
        public String name() {
            return "inbox";
        }

        @Override
        public void start(Messages messages) {}

        @Override
        public void pause() {}

        @Override
        public void commit(Duration within) {}

        @Override
        public void disconnect(Duration within) {}
    }

    @AfterEach
    void release() {
        blocker.over.countDown();
    }

    @ParameterizedTest
    @EnumSource
    void codeThatNeverReturns_holdsUpNoOther(Blocking blocking) throws Exception {
        var registry = new SimpleMeterRegistry();
        if (blocking == Blocking.METER_FILTER || blocking == Blocking.SOURCE_BACKLOG) {
            blocker.armed.countDown(); // filters and backlogs are called while the service starts
        }
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                boolean isOfTheRotation = id.getName().startsWith("ebbtide.hpa.");
                return blocking == Blocking.METER_FILTER && isOfTheRotation ? blocker.here(id) : id;
            }
        });
        EbbtideBuilder builder =
                Ebbtide.builder("blocked").settings(SHORT).management(0).metrics(registry);
        blocking.into.accept(builder, blocker);
        Ebbtide service = builder.build().start();
        blocker.armed.countDown();

        try (var scraper = new Socket(InetAddress.getLoopbackAddress(), service.managementPort())) {
            scraper.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var reader = new Thread(
                    () -> registry.getMeters().forEach(meter -> meter.measure().forEach(Measurement::getValue)));
            reader.setDaemon(true); // a gauge that blocks blocks its reader
            reader.start();
            inTime(() -> service.hold("maintenance").close());
            inTime(() -> service.work("job", WorkKind.JOB).close());
            inTime(() -> service.health().snapshot());
            if (REACHED_BEFORE.contains(blocking)) {
                assertThat(blocker.reached.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
            service.shutdown("test");
            inTime(() -> service.hold("while it shuts down"));
            ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);

            assertThat(blocker.reached.await(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                    .as("the code that blocks was called")
                    .isTrue();
            assertThat(service.state()).isEqualTo(LifecycleState.STOPPED);
            assertThat(report.reason()).isEqualTo("test");
            verify(blocking, report);
        }
    }

    private static void verify(Blocking blocking, ShutdownReport report) {
        if (blocking == Blocking.DESCRIPTION || blocking == Blocking.MESSAGE_DESCRIPTION) {
            assertThat(report.inFlightCut()).isEqualTo(blocking == Blocking.DESCRIPTION ? 2 : 1);
            assertThat(report.exitCode()).isEqualTo(ExitCode.WORK_CUT);
            assertThat(report.cut())
                    .extracting(ShutdownReport.Cut::description)
                    .contains("(its description did not return)")
                    .hasSize(report.inFlightCut());
            assertThat(report.problems())
                    .singleElement()
                    .asString()
                    .startsWith("the description of aborted work did not return");
        }
    }

    private static void inTime(Runnable call) throws Exception {
        CompletableFuture.runAsync(call).get(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS);
    }
}
