package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.WireConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A process at its thread limit, whose application takes each thread that becomes free, still ends like any other. */
@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait
final class ThreadLimitIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int MAX_TRIALS = 5;
    private static final int LIMIT = 120;

    @TempDir
    private Path folder;

    /** The first argument selects what begins the shutdown; the second one what hangs. */
    static final class Service {
        private static final CountDownLatch NEVER = new CountDownLatch(1);

        public static void main(String[] arguments) {
            EbbtideBuilder builder = Ebbtide.builder("service")
                    .settings(settings())
                    .management(0)
                    .serve(new SilentSource())
                    .component("good", () -> System.out.println("good is closed"))
                    .listener(new LifecycleListener() {
                        @Override
                        public void entered(LifecycleState state) {
                            System.out.println("listener: " + state);
                        }
                    });
            if (arguments.length > 1) {
                builder.component("hangs", new Hanging());
                builder.settings(settings().withDrain(Duration.ofSeconds(1)).withStop(Duration.ofSeconds(1)));
            }
            Ebbtide service = builder.build();
            daemon(() -> exhaust(service, arguments[0].equals("itself")));
            service.run();
        }

        private static Settings settings() {
            return Settings.derived()
                    .withGrace(Duration.ofMinutes(10)) // longer than any test waits
                    .withLameDuck(Duration.ofMillis(200));
        }

        /** Takes threads first to nine tenths, then, once a line is typed, to the limit; from then on each that becomes free. */
        private static void exhaust(Ebbtide service, boolean shutsDown) {
            try {
                while (service.state() != LifecycleState.RUNNING) {
                    LockSupport.parkNanos(1_000_000);
                }
                while (System.in.available() == 0) {
                    if (threads() < LIMIT * 92 / 100) { // also later: threads of the JVM's compiler come and go
                        daemon(Service::forEver);
                    } else {
                        LockSupport.parkNanos(1_000_000);
                    }
                }
                boolean isFull = false;
                while (true) {
                    try {
                        daemon(Service::forEver);
                    } catch (OutOfMemoryError e) {
                        if (!isFull) {
                            isFull = true;
                            System.out.println("no thread is available");
                            if (shutsDown) {
                                service.shutdown("out of threads");
                            }
                        }
                        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Counts the threads of the JVM itself, too. */
        private static int threads() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("Threads:"))
                    .mapToInt(line -> Integer.parseInt(line.substring(8).strip()))
                    .findFirst()
                    .orElseThrow();
        }

        private static void daemon(Runnable body) {
            var thread = new Thread(body, "of the application");
            thread.setDaemon(true);
            thread.start();
        }

        private static void forEver() {
            while (true) {
                try {
                    NEVER.await(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    // interrupts are ignored on purpose
                }
            }
        }

        private static final class Hanging implements Component {
            @Override
            public void start() {}

            @Override
            public void stop(Duration within) {
                forEver();
            }
        }
    }

    @BeforeAll
    static void assumeThatThreadsCanBeLimited() {
        assumeTrue(
                JavaLauncher.canLimitThreads(),
                "threads cannot be limited here: it takes util-linux' prlimit, and setpriv as root, or else user namespaces");
    }

    @Test
    void limitThatComesNear_isWarnedOf() throws Exception {
        try (ServiceProcess service = start("signal")) {
            service.awaitLine(
                    "WARN.*'service': 1\\d\\d of 120 threads are in use \\(RLIMIT_NPROC.*at the limit no new thread can be started",
                    SOON);
        }
    }

    /** HotSpot starts a thread for each signal, and drops the signal if it cannot. */
    @Test
    void sigterm_atTheLimit_drainsAndStopsAll() throws Exception {
        boolean isLost = false;
        for (int i = 0;
                i < MAX_TRIALS && !isLost;
                i++) { // a thread that ends at this moment may make room for the handler's
            isLost = sigtermAtTheLimit(folder.resolve("end" + i));
        }
        assertThat(isLost)
                .as("the JVM drops the signal in one of %d trials", MAX_TRIALS)
                .isTrue();
    }

    /** Returns whether the JVM has dropped the signal; the service drains in either case. */
    private static boolean sigtermAtTheLimit(Path end) throws Exception {
        try (ServiceProcess service = start("signal", end)) {
            exhaust(service);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("reason").asText()).isEqualTo("SIGTERM");
            assertThat(service.report().get("problems")).isEmpty();
            assertThat(service.output()).contains("good is closed").contains("listener: STOPPING");
            assertThat(Files.readString(end)).startsWith("service: CLEAN, exit code 0,");
            return service.output()
                    .contains(
                            "the JVM could not start a thread for its handler, because the limit of threads is reached; the signal"
                                    + " is treated as SIGTERM");
        }
    }

    @Test
    void sigterm_atTheLimitForThirdTime_halts() throws Exception {
        try (ServiceProcess service = start("signal", "hangs")) {
            exhaust(service);
            service.signal("TERM");
            service.awaitLine("'service' is STOPPING", SOON);

            service.signalUntil("TERM", "is halted: SIGTERM was received again|\"event\":\"shutdown\"", SOON);

            assertThat(service.awaitExit(SOON).code()).isIn(80, 143);
        }
    }

    @Test
    void stopThatHangs_atTheLimit_isBounded_andTheReportIsLogged() throws Exception {
        Path end = folder.resolve("end");
        try (ServiceProcess service = start("itself", end, "hangs")) {
            exhaust(service);

            assertThat(service.awaitExit(SOON).code()).isEqualTo(80);
            assertThat(service.report().get("reason").asText()).isEqualTo("out of threads");
            assertThat(service.report().get("components").findValuesAsText("ending"))
                    .containsExactly("OVERRAN", "STOPPED", "STOPPED");
            assertThat(service.output()).contains("good is closed").contains("listener: STOPPING");
            assertThat(Files.readString(end)).startsWith("service: STOP_FAILED, exit code 80,");
        }
    }

    /** The report that remains after a kill, which is written at each state. */
    @Test
    void draft_atTheLimit_isWritten() throws Exception {
        Path end = folder.resolve("end");
        try (ServiceProcess service = start("itself", end, "hangs")) {
            exhaust(service);

            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> Files.readString(end).contains("; shutting down: out of threads at "));
        }
    }

    @Test
    void probes_atTheLimit_areAnswered() throws Exception {
        try (ServiceProcess service = start("signal")) {
            exhaust(service);
            int port = Integer.parseInt(
                    service.awaitLine("http://127.0.0.1:(\\d+)/health", SOON).group(1));

            assertThat(WireConnection.get(port, "/health/ready").status()).isEqualTo(200);
        }
    }

    private static void exhaust(ServiceProcess service) throws InterruptedException {
        service.awaitLine("'service' started in", SOON);
        service.type("\n");
        service.awaitLine("^no thread is available$", SOON);
    }

    private static ServiceProcess start(String... arguments) {
        return JavaLauncher.of(Service.class)
                .arguments(arguments)
                .threadLimit(LIMIT)
                .start();
    }

    private static ServiceProcess start(String begins, Path end, String... hangs) {
        return JavaLauncher.of(Service.class)
                .arguments(begins)
                .arguments(hangs)
                .environment("EBBTIDE_TERMINATION_LOG", end.toString())
                .threadLimit(LIMIT)
                .start();
    }
}
