package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.Signals;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Whatever hangs or is full, the process ends before the grace, by itself or by the watchdog, and reports why. */
@Execution(ExecutionMode.CONCURRENT) // the tests mostly wait
final class LastResortIT {
    private static final Duration SOON = Duration.ofSeconds(90);

    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Path.of("..", "docs", "reference", "shutdown-report.schema.json")
                    .toUri());

    @TempDir
    private Path folder;

    @Test
    void everythingHangs_andAListenerIsDeadlocked_theProcessEndsBeforeTheGrace() throws Exception {
        Path end = folder.resolve("end");
        try (ServiceProcess service = JavaLauncher.of(HangingService.class)
                .arguments("everything")
                .environment("EBBTIDE_TERMINATION_LOG", end.toString())
                .start()) {
            service.awaitLine("'service' is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(81);
            assertThat(service.report().get("cut").findValuesAsText("description"))
                    .contains("endless job")
                    .isSubsetOf("endless job", "inbox: commit and disconnect");
            assertThat(service.report().get("components").findValuesAsText("ending"))
                    .hasSize(4)
                    .doesNotContain("STOPPED");
            assertThat(service.report().get("problems").toString())
                    .contains("HangingService$DeadlockedListener.entered(DRAINING) has not returned")
                    .contains("stubborn: closing its listeners had not returned");
            assertThat(SCHEMA.validate(service.report().toString(), InputFormat.JSON))
                    .isEmpty();
            assertThat(Files.readString(end))
                    .startsWith("service: WORK_CUT, exit code 81,")
                    .contains("aborted: JOB endless job");
        }
    }

    @Tag("full")
    @RepeatedTest(10)
    void everythingHangs_tenTimes_theProcessEndsBeforeTheGrace() throws Exception {
        everythingHangs_andAListenerIsDeadlocked_theProcessEndsBeforeTheGrace();
    }

    @Test
    void hookThatCallsExit_isNamedByTheWatchdog_onStandardErrorAndInTheFile() throws Exception {
        Path end = folder.resolve("end");
        try (ServiceProcess service = JavaLauncher.of(HangingService.class)
                .arguments("exitInAHook")
                .environment("EBBTIDE_TERMINATION_LOG", end.toString())
                .start()) {
            service.awaitLine("'service' is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isEqualTo(82);
            String named = "waits forever: it calls System.exit in a shutdown hook; let it return instead";
            assertThat(service.output()).contains("thread hook that exits").contains(named);
            assertThat(Files.readString(end))
                    .startsWith("service: CLEAN, exit code 0,")
                    .contains("ebbtide: all services have stopped, but the process has not ended")
                    .contains(named);
        }
    }

    @Test
    void hooksOfOthers_besideTheDrain_areNamedWithTheirRemedies() throws Exception {
        try (ServiceProcess service =
                JavaLauncher.of(HangingService.class).arguments("hooksOfOthers").start()) {
            service.awaitLine("'service' is RUNNING", SOON);

            assertThat(service.awaitExit(SOON).code()).isEqualTo(5);
            assertThat(service.output())
                    .contains(
                            "the drain runs in a shutdown hook, at the same time as the hook 'SpringContextShutdownHook'")
                    .contains("do not call registerShutdownHook() on the context")
                    .contains("set shutdownHook=\"disable\" in Log4j2's configuration")
                    .contains("'closes a pool'")
                    .contains("pass what it closes to EbbtideBuilder.component instead");
        }
    }

    @Test
    void asynchronousAppender_hasWrittenAllBeforeTheEnd() throws Exception {
        try (ServiceProcess service =
                JavaLauncher.of(HangingService.class).arguments("asyncAppender").start()) {
            service.awaitLine("^slow from now on$", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.output()).contains("line 9").contains("{\"event\":\"shutdown\"");
        }
    }

    @Test
    void diskThatIsFull_changesNothing() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(HangingService.class)
                .arguments("fullDisk")
                .environment("EBBTIDE_TERMINATION_LOG", "/dev/full")
                .start()) {
            service.awaitLine("'service' is RUNNING", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isZero();
            assertThat(service.report().get("outcome").asText()).isEqualTo("CLEAN");
        }
    }

    /** The settings are logged while the service is built. */
    @Test
    void standardOutputThatIsFullBeforeTheBuild_stopsNeitherStartNorEnd() throws Exception {
        Path running = folder.resolve("running");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process service = new ProcessBuilder(Signals.withDefaultDispositions(List.of(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HangingService.class.getName(),
                        "fullPipe",
                        running.toString())))
                .start();
        try (BufferedReader errors = service.errorReader()) {
            Awaitility.await().atMost(SOON).until(() -> Files.exists(running));
            Signals.send(service.pid(), "TERM");

            assertThat(service.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(service.exitValue()).isZero();
            assertThat(errors.lines().toList()).anyMatch(line -> line.contains("\"event\":\"shutdown\""));
        } finally {
            service.destroyForcibly();
        }
    }

    @Test
    void terminationMessageThatIsAPipe_isWrittenToALaterReader() throws Exception {
        Path fifo = folder.resolve("fifo");
        assumeTrue(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor() == 0, "no mkfifo here");
        try (ServiceProcess service = JavaLauncher.of(HangingService.class)
                .arguments("frozen")
                .environment("EBBTIDE_TERMINATION_LOG", fifo.toString())
                .start()) {
            service.awaitLine("'service' is RUNNING", SOON);
            try (BufferedReader reader = Files.newBufferedReader(fifo)) {
                service.signal("TERM");

                assertThat(service.awaitExit(SOON).code()).isZero();
                assertThat(reader.readLine()).startsWith("service: CLEAN, exit code 0,");
            }
        }
    }

    /** SIGSTOP, docker pause, a paused virtual machine: when the process continues, its time is over, and all threads wake at once. */
    @Test
    void processThatWasFrozenInItsDrain_cutsNothingThatWasAboutToEnd() throws Exception {
        try (ServiceProcess service =
                JavaLauncher.of(HangingService.class).arguments("frozen").start()) {
            service.awaitLine("'service' is RUNNING", SOON);
            service.signal("TERM");
            service.awaitLine("'service' is DRAINING", SOON);
            freeze(service);
            service.awaitLine("slow is being stopped", SOON);
            freeze(service);

            assertThat(service.awaitExit(SOON).code()).as(service.output()).isZero();
            assertThat(service.report().get("inFlightCut").asInt()).isZero();
            assertThat(service.report().get("components").findValuesAsText("ending"))
                    .containsExactly("STOPPED");
        }
    }

    private static void freeze(ServiceProcess service) {
        service.signal("STOP");
        Awaitility.await().pollDelay(Duration.ofSeconds(7)).until(() -> true);
        service.signal("CONT");
    }

    /** The heap is full for a moment; prints how often a check has run at its end and later. */
    static final class FullHeap {
        private static final Duration FULL = Duration.ofSeconds(2);

        public static void main(String[] arguments) throws InterruptedException {
            var runs = new AtomicLong();
            Ebbtide service = Ebbtide.builder("full")
                    .management(0)
                    .readiness(
                            "c",
                            Check.of(() -> {
                                        runs.incrementAndGet();
                                        return Outcome.up();
                                    })
                                    .every(Duration.ofMillis(100)))
                    .build()
                    .start();
            while (runs.get() < 3) {
                LockSupport.parkNanos(1_000_000);
            }
            fill();
            long atTheEnd = runs.get();
            var later = new CountDownLatch(1);
            while (runs.get() < atTheEnd + 5) {
                later.await(10, TimeUnit.MILLISECONDS);
            }
            System.out.println("checks go on: " + service.health().snapshot().readiness());
            System.exit(0);
        }

        /** Fills the heap down to the last 16 bytes, repeatedly. */
        @SuppressWarnings({"JdkObsolete", "ModifiedButNotUsed"
        }) // a list that grows by a few bytes, so that the heap is exactly full
        private static void fill() {
            List<byte[]> all = new LinkedList<>();
            long end = System.nanoTime() + FULL.toNanos();
            int size = 1 << 20;
            while (System.nanoTime() < end) {
                try {
                    all.add(new byte[size]);
                } catch (OutOfMemoryError e) {
                    size = Math.max(16, size / 2);
                }
            }
        }
    }

    /** The JDK's scheduled executor needs memory to wait, and to replace a thread that ran out of memory. */
    @Test
    void heapThatWasFull_endsNoCheck() throws Exception {
        try (ServiceProcess service =
                JavaLauncher.of(FullHeap.class).jvmOptions("-Xmx64m").start()) {
            service.awaitLine("checks go on: UP", SOON);

            assertThat(service.awaitExit(SOON).code()).isZero();
        }
    }

    @Test
    void heapAtItsLimit_theProcessEndsBeforeTheGrace_andSaysWhy() throws Exception {
        try (ServiceProcess service = JavaLauncher.of(HangingService.class)
                .jvmOptions("-Xmx40m", "-XX:+UseSerialGC")
                .arguments("fullHeap")
                .start()) {
            service.awaitLine("^full$", SOON);
            service.signal("TERM");

            assertThat(service.awaitExit(SOON).code()).isIn(0, 80, 81, 82);
            assertThat(service.output())
                    .containsPattern(
                            "\\{\"event\":\"shutdown\"|ebbtide: ('service'|all services have stopped).* is halted")
                    .doesNotContain("Exception in thread \"ebbtide-warm-up\"");
        }
    }
}
