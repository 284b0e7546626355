package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Whatever hangs or is full, the process ends by itself or, by the watchdog, before the grace does, and says why. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
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
                    .isSubsetOf("endless job", "inbox: commit and leave");
            assertThat(service.report().get("components").findValuesAsText("ending"))
                    .hasSize(4)
                    .doesNotContain("STOPPED");
            assertThat(service.report().get("problems").toString())
                    .contains("HangingService$DeadlockedListener.entered(DRAINING) has not returned")
                    .contains("stubborn closing its listeners had not returned");
            assertThat(SCHEMA.validate(service.report().toString(), InputFormat.JSON))
                    .isEmpty();
            assertThat(Files.readString(end))
                    .startsWith("service: WORK_CUT, exit code 81,")
                    .contains("cut: JOB endless job");
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
            String named = "waits for ever: it calls System.exit in a shutdown hook; let it return instead";
            assertThat(service.output()).contains("thread hook that exits").contains(named);
            assertThat(Files.readString(end))
                    .startsWith("service: CLEAN, exit code 0,")
                    .contains("ebbtide: every service has stopped, yet the process has not ended")
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
                    .contains("the drain runs in a shutdown hook, beside the hook 'SpringContextShutdownHook'")
                    .contains("do not call registerShutdownHook() on the context")
                    .contains("set shutdownHook=\"disable\" in Log4j2's configuration")
                    .contains("'closes a pool'")
                    .contains("give what it closes to EbbtideBuilder.component instead");
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
                            "\\{\"event\":\"shutdown\"|ebbtide: ('service'|every service has stopped).* is halted");
        }
    }
}
