package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.slf4j.LoggerFactory;

/** Failures in a service, and how its process still ends. Each service is a method of {@link Service}. */
@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait
final class ProcessIT {
    private static final Duration SOON = Duration.ofSeconds(90);

    /** Longer than any test waits, so a service that waits for a share of it to pass is detected. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    /** Only for the watchdog, which ends the process after 8 s: enough for the service to stop on any machine. */
    private static final Duration SHORT_GRACE = Duration.ofSeconds(10);

    /** The services; the first argument chooses one. */
    static final class Service {
        private static final CountDownLatch NEVER = new CountDownLatch(1);

        public static void main(String[] arguments) {
            switch (arguments[0]) {
                case "plain" -> builder().build().run();
                case "componentHangs" ->
                    builder()
                            .component("good", () -> System.out.println("good is closed"))
                            .component("hangs", () -> NEVER.await())
                            .settings(
                                    settings().withDrain(Duration.ofSeconds(1)).withStop(Duration.ofSeconds(1)))
                            .build()
                            .run();
                case "listenerThrows" ->
                    builder().listener(listener(true)).build().run();
                case "listenerHangs" ->
                    builder().listener(listener(false)).build().run();
                case "startFails" ->
                    builder()
                            .component("good", () -> System.out.println("good is closed"))
                            .startupTask("warm up", () -> {
                                throw new ConnectException("password=s3cret refused");
                            })
                            .build()
                            .run();
                case "hookHangs" -> {
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> uninterruptibly(NEVER)));
                    builder()
                            .settings(settings().withGrace(SHORT_GRACE).withMargin(Duration.ofSeconds(4)))
                            .build()
                            .run();
                }
                case "checks" -> checks();
                case "exits" -> exits();
                case "stuckAppender" -> stuckAppender();
                case "two" -> two();
                case "startsDuringShutdown" -> startsDuringShutdown();
                case "outlivesTheOthersAlarm" -> outlivesTheOthersAlarm();
                case "handlerOfAnotherComponent" -> handlerOfAnotherComponent();
                case "handlerComesLater" ->
                    builder()
                            .startupTask("takes SIGTERM", () -> exitOnSigterm(7))
                            .build()
                            .run();
                case "cannotBuild" -> builder().run();
                case "portIsTaken" -> {
                    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                        builder().management(taken.getLocalPort()).run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                case "exitInAStartUpTask" ->
                    builder()
                            .startupTask("gives up", () -> System.exit(4))
                            .build()
                            .run();
                case "exitInAStop" ->
                    builder()
                            .component("good", () -> System.out.println("good is closed"))
                            .component("exits", () -> System.exit(6))
                            .build()
                            .run();
                case "exitInASource" ->
                    builder()
                            .serve(new ExitingSource())
                            .component("good", () -> System.out.println("good is closed"))
                            .build()
                            .run();
                case "exitInAListener" ->
                    builder()
                            .listener(new LifecycleListener() {
                                @Override
                                public void entered(LifecycleState state) {
                                    if (state == LifecycleState.RUNNING) {
                                        System.exit(9);
                                    }
                                }
                            })
                            .build()
                            .run();
                case "exitInOneOfTwo" -> {
                    Ebbtide one = builder("one").build();
                    new Thread(one::run).start();
                    awaitRunning(one);
                    builder("other")
                            .startupTask("gives up", () -> System.exit(4))
                            .build()
                            .run();
                }
                case "rounds" -> rounds();
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }

        private static EbbtideBuilder builder() {
            return builder("service");
        }

        private static EbbtideBuilder builder(String name) {
            return Ebbtide.builder(name).settings(settings());
        }

        private static Settings settings() {
            return Settings.derived().withGrace(GRACE).withLameDuck(Duration.ZERO);
        }

        private static LifecycleListener listener(boolean throwing) {
            return new LifecycleListener() {
                @Override
                public void entered(LifecycleState state) {
                    if (throwing) {
                        throw new IllegalStateException("in " + state);
                    }
                    if (state == LifecycleState.DRAINING) {
                        uninterruptibly(NEVER);
                    }
                }
            };
        }

        private static void checks() {
            builder()
                    .management(0)
                    .readiness("throws", Check.of(() -> {
                        throw new OutOfMemoryError("not really");
                    }))
                    .readiness("hangs", Check.of(() -> {
                        NEVER.await();
                        return Outcome.up();
                    }))
                    .readiness("ignoresInterrupts", Check.of(() -> {
                        uninterruptibly(NEVER);
                        return Outcome.up();
                    }))
                    .build()
                    .run();
        }

        /** One thread with a ticket calls exit, another one works until shortly after the drain has begun. */
        private static void exits() {
            Ebbtide service = builder().build();
            Ticket working = service.inFlight().enter(WorkKind.REQUEST, "GET /working");
            new Thread(() -> {
                        service.inFlight().enter(WorkKind.REQUEST, "POST /exit");
                        awaitRunning(service);
                        System.exit(3);
                    })
                    .start();
            new Thread(() -> {
                        awaitDraining(service);
                        LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
                        System.out.println("working is done");
                        working.close();
                    })
                    .start();
            service.run();
        }

        /** From one moment on, no logging call ever returns. */
        private static void stuckAppender() {
            var root = (Logger) LoggerFactory.getLogger("ROOT");
            builder()
                    .startupTask("stick", () -> {
                        var appender = new AppenderBase<ILoggingEvent>() {
                            @Override
                            protected void append(ILoggingEvent event) {
                                uninterruptibly(NEVER);
                            }
                        };
                        appender.setContext(root.getLoggerContext());
                        appender.start();
                        root.detachAndStopAllAppenders();
                        root.addAppender(appender);
                        System.out.println("stuck");
                    })
                    .build()
                    .run();
        }

        private static void two() {
            Ebbtide one = builder("one").build();
            Ebbtide other = builder("other")
                    .settings(settings().withDrain(Duration.ofMillis(500)))
                    .build();
            other.inFlight().enter(WorkKind.JOB, "endless");
            new Thread(one::run).start();
            other.run();
            System.out.println("run of other returned");
        }

        /** The signal arrives while one service runs and the other has not been started yet. */
        private static void startsDuringShutdown() {
            Ebbtide one = builder("one").build();
            Ebbtide late = builder("late").build();
            Ticket work = one.inFlight().enter(WorkKind.REQUEST, "GET /work");
            new Thread(one::run).start();
            awaitDraining(one);
            new Thread(late::run).start();
            awaitRunning(late);
            work.close();
        }

        /** One service shuts down by itself; the other continues for longer than the first one's grace, and must not be halted for it. */
        private static void outlivesTheOthersAlarm() {
            Ebbtide one = builder("one")
                    .settings(settings().withGrace(Duration.ofSeconds(5)).withStop(Duration.ofMillis(200)))
                    .build();
            Ebbtide other = builder("other").build();
            new Thread(one::run).start();
            awaitRunning(one);
            Ticket work = one.inFlight().enter(WorkKind.REQUEST, "GET /work");
            long shutdownNanos = System.nanoTime();
            one.shutdown("its time has come");
            new Thread(other::run).start();
            awaitRunning(other);
            work.close();
            Duration pastTheGrace = Duration.ofSeconds(6);
            while (System.nanoTime() - shutdownNanos < pastTheGrace.toNanos()) {
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
            System.out.println("other is " + other.state());
        }

        /** Uses reflection, because javac's warning about this class cannot be suppressed. */
        private static void exitOnSigterm(int code) {
            try {
                Class<?> signal = Class.forName("sun.misc.Signal");
                Class<?> handler = Class.forName("sun.misc.SignalHandler");
                Object exits = Proxy.newProxyInstance(
                        Service.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                            System.exit(code);
                            return null;
                        });
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), exits);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("no signals", e);
            }
        }

        private static void handlerOfAnotherComponent() {
            exitOnSigterm(7);
            Ebbtide service = builder().build();
            Ticket work = service.inFlight().enter(WorkKind.REQUEST, "GET /work");
            new Thread(() -> {
                        awaitDraining(service);
                        LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
                        System.out.println("work is done");
                        work.close();
                    })
                    .start();
            service.run();
        }

        private static void rounds() {
            Ebbtide lasting = builder("lasting").build();
            new Thread(lasting::run).start();
            awaitRunning(lasting);
            for (int i = 0; i < 200; i++) {
                Ebbtide round = builder("round").management(0).build();
                new Thread(() -> {
                            awaitRunning(round);
                            round.shutdown("next");
                        })
                        .start();
                round.run();
            }
            System.out.println("200 rounds, " + ourThreads() + " threads remaining");
        }

        private static long ourThreads() {
            for (int i = 0; i < 600; i++) {
                long remaining = Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("ebbtide-round"))
                        .count();
                if (remaining == 0) {
                    return 0;
                }
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
            return Thread.activeCount();
        }

        private static void awaitRunning(Ebbtide service) {
            while (service.state() == LifecycleState.STARTING) {
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
        }

        private static void awaitDraining(Ebbtide service) {
            while (service.state() != LifecycleState.DRAINING) {
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
        }

        private static void uninterruptibly(CountDownLatch latch) {
            while (latch.getCount() > 0) {
                try {
                    latch.await(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    // interrupts are ignored on purpose
                }
            }
        }
    }

    private static final class ExitingSource implements TrafficSource {
        @Override
        public String name() {
            return "exiting";
        }

        @Override
        public void start(Traffic traffic) {}

        @Override
        public void stopAccepting() {
            System.exit(7);
        }

        @Override
        public void close(Duration within) {}
    }

    /** A service that also runs without Logback; with an argument, its start fails. */
    static final class Bare {
        public static void main(String[] arguments) {
            EbbtideBuilder builder = Ebbtide.builder("bare")
                    .settings(Settings.derived().withGrace(GRACE))
                    .management(0);
            if (arguments.length > 0) {
                builder.startupTask("warm up", () -> {
                    throw new ConnectException("password=s3cret refused");
                });
            }
            builder.run();
        }
    }

    @Test
    void sigterm_toAServiceAtRest_endsItAtOnce() throws Exception {
        try (ServiceProcess service = running("plain")) {
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
        }
    }

    @Test
    void component_thatHangs_isAbandonedAndNamed() throws Exception {
        try (ServiceProcess service = running("componentHangs")) {
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(80);
            assertThat(service.output()).contains("good is closed");
            JsonNode hung = service.report().get("components").get(0);
            assertThat(hung.get("name").asText()).isEqualTo("hangs");
            assertThat(hung.get("ending").asText()).isEqualTo("OVERRAN");
            assertThat(hung.get("detail").asText()).contains("CountDownLatch.await");
        }
    }

    @Test
    void listener_thatThrows_changesNothing() throws Exception {
        try (ServiceProcess service = running("listenerThrows")) {
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("problems").toString()).contains("IllegalStateException: in DRAINING");
        }
    }

    @Test
    void listener_thatHangs_isNamed_andTheProcessEndsInTime() throws Exception {
        try (ServiceProcess service = running("listenerHangs")) {
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("problems").toString()).contains(".entered(DRAINING) has not returned");
        }
    }

    @Test
    void start_thatFails_exitsWithOneAndTheCause() throws Exception {
        try (ServiceProcess service = start("startFails")) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(1);
            assertThat(service.output())
                    .contains("the start-up task 'warm up' of 'service' failed: ConnectException: password=*** refused")
                    .contains("good is closed")
                    .doesNotContain("s3cret");
            assertThat(service.report().get("outcome").asText()).isEqualTo("START_FAILED");
        }
    }

    @Test
    void hook_ofAnotherComponentThatHangs_isEndedByTheWatchdog() throws Exception {
        try (ServiceProcess service = running("hookHangs")) {
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(82);
            assertThat(service.output())
                    .contains("ebbtide: all services have stopped, but the process has not ended, and is halted: the"
                            + " grace is nearly over, exit code 82")
                    .contains("uninterruptibly");
        }
    }

    @Test
    void checks_thatHangThrowOrIgnoreInterrupts_keepNeitherProbesNorTheEndWaiting() throws Exception {
        try (ServiceProcess service = start("checks")) {
            int port = Integer.parseInt(
                    service.awaitLine("http://127.0.0.1:(\\d+)/health", SOON).group(1));
            service.awaitLine("check 'ignoresInterrupts' of 'service' is down", SOON);

            Awaitility.await() // the other two may arrive late
                    .atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(WireConnection.get(port, "/health").body())
                                    .contains("failed with OutOfMemoryError")
                                    .contains("no answer within 1 s")
                                    .contains("hungSince"));
            assertThat(WireConnection.get(port, "/health/live").status()).isEqualTo(200);
            assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(503);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
        }
    }

    @Test
    void exit_calledByAHandler_isNotWaitedForByItself_butOthersAre() throws Exception {
        try (ServiceProcess service = start("exits")) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(3);

            assertThat(service.output())
                    .contains("'service' no longer waits for POST /exit: its thread is blocked in System.exit")
                    .contains("working is done");
            JsonNode report = service.report();
            assertThat(report.get("reason").asText()).isEqualTo("JVM shutdown");
            assertThat(report.get("outcome").asText()).isEqualTo("CLEAN");
        }
    }

    @Test
    void appender_thatIsStuck_delaysTheEndALittle_andTheReportGoesToStandardError() throws Exception {
        try (ServiceProcess service = start("stuckAppender")) {
            service.awaitLine("^stuck$", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("reason").asText()).isEqualTo("SIGTERM");
        }
    }

    @Test
    void twoServices_drainInParallel_andTheWorstCodeCounts() throws Exception {
        try (ServiceProcess service = start("two")) {
            service.awaitLine("'one' is RUNNING", SOON);
            service.awaitLine("'other' is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(81);

            assertThat(service.reports())
                    .extracting(report -> report.get("service").asText() + " "
                            + report.get("outcome").asText())
                    .containsExactlyInAnyOrder("one CLEAN", "other WORK_CUT");
        }
    }

    @Test
    void service_thatStartsDuringAShutdown_shutsDownToo() throws Exception {
        try (ServiceProcess service = start("startsDuringShutdown")) {
            service.awaitLine("'one' is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();

            assertThat(service.reports())
                    .extracting(report -> report.get("service").asText() + " "
                            + report.get("reason").asText())
                    .containsExactlyInAnyOrder("one SIGTERM", "late SIGTERM");
            assertThat(service.output()).doesNotContain("'late' is RUNNING");
        }
    }

    @Test
    void service_thatGoesOn_isNotHaltedForOneThatHasStopped() throws Exception {
        try (ServiceProcess service = start("outlivesTheOthersAlarm")) {
            service.awaitLine("other is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.output()).doesNotContain("halted");
        }
    }

    @Test
    void handler_ofAnotherComponent_isKept_andTheHookDrains() throws Exception {
        try (ServiceProcess service = running("handlerOfAnotherComponent")) {
            assertThat(service.output()).contains("SIGTERM is handled by jdk.proxy");
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(7);
            assertThat(service.output()).contains("work is done");
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
        }
    }

    @Test
    void handler_thatComesAfterOurs_isNamed() throws Exception {
        try (ServiceProcess service = running("handlerComesLater")) {
            service.awaitLine(
                    "SIGTERM is no longer handled by Ebbtide but by jdk.proxy.*it must call the handler", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(7);
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
            assertThat(service.output().lines().filter(line -> line.contains("is no longer handled by Ebbtide")))
                    .as("once at the start and once at the signal")
                    .hasSize(2);
        }
    }

    @Test
    void serviceThatCannotBeBuilt_saysWhyInOneLine_andInTheTerminationMessage(@TempDir Path folder) throws Exception {
        Path message = folder.resolve("message");
        try (ServiceProcess service = JavaLauncher.of(Service.class)
                .environment("EBBTIDE_GRACE", "30")
                .environment("EBBTIDE_TERMINATION_LOG", message.toString())
                .arguments("cannotBuild")
                .start()) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(1);
            String why =
                    "'service' cannot be built: IllegalArgumentException: EBBTIDE_GRACE=30 is wrong: expected: a number"
                            + " with a unit such as 500ms, 30s or 2m, or PT30S";
            assertThat(service.output()).contains(why);
            assertThat(service.output().lines().filter(line -> line.strip().startsWith("at ")))
                    .as("no stack")
                    .isEmpty();
            assertThat(message).content().startsWith(why);
        }
    }

    @Test
    void portThatIsTaken_isOneLine_andStandsInTheTerminationMessage(@TempDir Path folder) throws Exception {
        Path message = folder.resolve("message");
        try (ServiceProcess service = JavaLauncher.of(Service.class)
                .environment("EBBTIDE_TERMINATION_LOG", message.toString())
                .arguments("portIsTaken")
                .start()) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(1);
            assertThat(service.output()).contains("the start of 'management server' of 'service' failed: ");
            assertThat(service.output().lines().filter(line -> line.strip().startsWith("at ")))
                    .isEmpty();
            assertThat(message)
                    .content()
                    .startsWith("service: START_FAILED, exit code 1")
                    .contains("cannot be bound");
        }
    }

    /** SLF4J has no provider then, and no other component would report anything. */
    @Test
    void withoutAProviderOfSlf4j_whatMattersGoesToStandardError() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Bare.class)
                .without("logback-")
                .environment("EBBTIDE_GARCE", "30s")
                .start()) {
            service.awaitLine("INFO  io.ebbtide - 'bare': grace 10 min", SOON);
            service.awaitLine("WARN  io.ebbtide - 'bare': unknown settings: \\[EBBTIDE_GARCE\\]", SOON);
            service.awaitLine("'bare' started in .* listens on management 127.0.0.1:\\d+", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
        }
    }

    @Test
    void withoutAProviderOfSlf4j_aStartThatFailsSaysWhy() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Bare.class)
                .without("logback-")
                .arguments("fails")
                .start()) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(1);
            assertThat(service.output())
                    .contains("ERROR io.ebbtide - the start-up task 'warm up' of 'bare' failed: ConnectException: ")
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void withoutSignalHandling_itSaysWhatThatCosts() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(Service.class)
                .jvmOptions("-Xrs")
                .arguments("plain")
                .start()) {
            service.awaitLine("SIGTERM will end this process at once, and work in flight will be lost.*-Xrs", SOON);
            service.awaitLine("'service' is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(143);
            assertThat(service.reports()).isEmpty();
        }
    }

    /** Its thread is that of run(), which would have written the termination message. */
    @Test
    void exit_calledByAStartUpTask_isNotWaitedFor_andReported(@TempDir Path folder) throws Exception {
        Path end = folder.resolve("end");
        try (ServiceProcess service = start("exitInAStartUpTask", end)) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(4);
            assertThat(service.report().get("outcome").asText()).isEqualTo("START_FAILED");
            assertThat(service.report().get("problems").toString())
                    .isEqualTo(
                            "[\"the service did not start: the start-up task 'gives up' called System.exit, which does not"
                                    + " return before this shutdown is over\"]");
            assertThat(Files.readString(end))
                    .startsWith("service: START_FAILED, exit code 1,")
                    .contains("the start-up task 'gives up' called System.exit");
        }
    }

    @Test
    void exit_calledByAStartUpTaskOfOneOfTwo_bothAreReported(@TempDir Path folder) throws Exception {
        Path end = folder.resolve("end");
        try (ServiceProcess service = start("exitInOneOfTwo", end)) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(4);
            assertThat(service.reports()) // on standard error, too, where the logger is slow
                    .extracting(report -> report.get("service").asText())
                    .contains("one", "other");
            assertThat(Files.readString(end))
                    .contains("one: CLEAN, exit code 0,")
                    .contains("other: START_FAILED, exit code 1,");
        }
    }

    /** Its bound is longer than this test waits. */
    @Test
    void exit_calledByAStop_isNotWaitedFor_andReported(@TempDir Path folder) throws Exception {
        Path end = folder.resolve("end");
        try (ServiceProcess service = start("exitInAStop", end)) {
            service.awaitLine("'service' is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(6);
            assertThat(service.output()).contains("good is closed");
            JsonNode exits = service.report().get("components").get(0);
            assertThat(exits.get("ending").asText()).isEqualTo("FAILED");
            assertThat(exits.get("detail").asText())
                    .contains("called System.exit, which does not return before this shutdown is over");
            assertThat(Files.readString(end)).startsWith("service: STOP_FAILED, exit code 80,");
        }
    }

    @Test
    void exit_calledByASourceThatCloses_isNotWaitedFor_andReported() throws Exception {
        try (ServiceProcess service = running("exitInASource")) {
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(7);
            assertThat(service.output()).contains("good is closed");
            assertThat(service.report().get("outcome").asText()).isEqualTo("STOP_FAILED");
            assertThat(service.report().get("problems").toString())
                    .contains("exiting: closing its listeners failed: IllegalStateException: called System.exit");
        }
    }

    @Test
    void exit_calledByAListener_isReported(@TempDir Path folder) throws Exception {
        Path end = folder.resolve("end");
        try (ServiceProcess service = start("exitInAListener", end)) {
            assertThat(service.awaitExit(SOON).code()).isEqualTo(9);
            assertThat(service.report().get("reason").asText()).isEqualTo("JVM shutdown");
            assertThat(service.report().get("problems").toString())
                    .contains(".entered(RUNNING), which called System.exit, has not returned");
            assertThat(Files.readString(end)).startsWith("service: ").contains("which called System.exit,");
        }
    }

    @Test
    void rounds_underRun_leaveNothingBehindAndTheHandlerInPlace() throws Exception {
        try (ServiceProcess service = start("rounds")) {
            service.awaitLine("200 rounds, 0 threads remaining", Duration.ofMinutes(5));
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("service").asText()).isEqualTo("lasting");
            assertThat(service.reports()).hasSize(201);
        }
    }

    private static ServiceProcess start(String which, Path terminationLog) {
        return JavaLauncher.of(Service.class)
                .arguments(which)
                .environment("EBBTIDE_TERMINATION_LOG", terminationLog.toString())
                .start();
    }

    private static ServiceProcess start(String which) {
        return JavaLauncher.of(Service.class).arguments(which).start();
    }

    private static ServiceProcess running(String which) throws InterruptedException {
        ServiceProcess service = start(which);
        service.awaitLine("'service' is RUNNING", SOON);
        return service;
    }
}
