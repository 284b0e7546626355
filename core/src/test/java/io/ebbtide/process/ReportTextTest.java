package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.ExitCode;
import io.ebbtide.report.ShutdownReport;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTextTest {
    private final List<String> warnings = new ArrayList<>();

    @TempDir
    private Path folder;

    /** open(2) of a FIFO for writing waits until another process opens it for reading, which may be never. */
    @Test
    void fifoThatIsNotRead_neitherHangsNorFails_andWhoReadsLaterGetsTheText() throws Exception {
        Path fifo = folder.resolve("fifo");
        assumeTrue(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor() == 0, "no mkfifo here");
        List<String> warnings = new ArrayList<>();

        TerminationLog log = TerminationLog.open(fifo.toString(), Ticker.system(), warnings::add);
        log.write("the end".getBytes(StandardCharsets.UTF_8), 7);

        assertThat(warnings).isEmpty();
        try (var reader = new RandomAccessFile(fifo.toFile(), "rw")) {
            byte[] text = new byte[7];
            reader.readFully(text);
            assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo("the end");
        }
        log.close();
    }

    @Test
    void folder_isWarnedOf() {
        List<String> warnings = new ArrayList<>();

        TerminationLog.open(folder.toString(), Ticker.system(), warnings::add)
                .write("x".getBytes(StandardCharsets.UTF_8), 1);

        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("cannot be written")
                .contains("is a directory");
    }

    @Test
    void text_saysFirstWhatMattersMost() {
        assertThat(report("GET /export", 1).text()).isEqualTo("""
                        orders: WORK_CUT, exit code 81, 8.1 s after SIGTERM
                        in flight: 61 at the signal, 7 arrived, 67 finished, 0 given up, 1 aborted
                        late requests: 7, 2 on new connections, 1 refused, the last 1.9 s after the signal
                        aborted: REQUEST GET /export, 41 s, thread worker-1
                        problem: listener failed
                        db FAILED after 0.0 s: IOException: "x"
                        advice: raise EBBTIDE_DRAIN
                        LAME_DUCK took 2.0 s
                        lame duck ended: MAX
                        http:8080 stopped in 0.0 s
                        stack of REQUEST GET /export
                            at a.B.c(B.java:1)
                        """);
    }

    @Test
    void controlCharacters_inNames_areEscaped() {
        assertThat(report("GET /a\r\n\u001b[31mforged: line", 1).text())
                .contains("aborted: REQUEST GET /a\\u000d\\u000a\\u001b[31mforged: line, 41 s")
                .doesNotContain("\r")
                .doesNotContain("\u001b");
    }

    @Test
    void text_neverHasMoreThan4096Bytes_orHalfACharacter() {
        for (int length = 500; length < 520; length++) {
            String text = report("GET /" + "ü€𝄞".repeat(length), 100).text();

            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            assertThat(bytes.length).isBetween(4_090, 4_096);
            assertThat(text).doesNotContain("\ufffd").startsWith("orders: WORK_CUT");
            assertThat(Character.isHighSurrogate(text.charAt(text.length() - 1)))
                    .isFalse();
        }
    }

    @Test
    void terminationLog_getsAllReports_eachWithItsShare() throws Exception {
        Path file = Files.writeString(folder.resolve("end"), "from the last run");
        TerminationLog log = TerminationLog.open(file.toString(), Ticker.system(), warnings::add);

        log.write(List.of(report("GET /" + "a".repeat(5_000), 1), report("GET /other", 1)));

        assertThat(Files.readString(file))
                .hasSizeLessThanOrEqualTo(4_096)
                .startsWith("orders: WORK_CUT")
                .contains("GET /other")
                .doesNotContain("from the last run");
    }

    @Test
    void draft_isReplacedByTheNextOne_andByTheReports_andComesNeverAfterThem() throws Exception {
        Path file = folder.resolve("end");
        TerminationLog log = TerminationLog.open(file.toString(), Ticker.system(), warnings::add);

        log.writeDraft(() -> "orders is LAME_DUCK, and more\n");
        log.writeDraft(() -> "orders is DRAINING\n");
        assertThat(Files.readString(file)).isEqualTo("orders is DRAINING\n");

        log.write(List.of(report("GET /a", 1), report("GET /b", 1)));
        log.writeDraft(() -> "orders is STOPPING\n");

        assertThat(Files.readString(file))
                .startsWith("orders: WORK_CUT")
                .contains("GET /a", "GET /b")
                .doesNotContain("DRAINING", "STOPPING");
    }

    /** A pipe or a terminal shows each line that was written, so only the end is written there. */
    @Test
    void draft_isWrittenToFilesAlone() {
        TerminationLog log = TerminationLog.open("/dev/null", Ticker.system(), warnings::add);

        log.writeDraft(() -> {
            throw new AssertionError("asked");
        });

        assertThat(warnings).isEmpty();
    }

    @Test
    void terminationLog_thatCannotBeWritten_changesNothing() {
        Path nowhere = folder.resolve("no/such/folder");

        TerminationLog.open(nowhere.toString(), Ticker.system(), warnings::add).write(List.of(report("GET /", 1)));
        TerminationLog.open("/dev/full", Ticker.system(), warnings::add).write(List.of(report("GET /", 1)));
        TerminationLog.none().write(List.of(report("GET /", 1)));

        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0))
                .startsWith(
                        "EBBTIDE_TERMINATION_LOG=" + nowhere + " cannot be written, so the platform will not show why"
                                + " this process ends (expected: a file that may be created or written): FileNotFoundException: ");
    }

    private static ShutdownReport report(String description, int cutCount) {
        var cut = new ShutdownReport.Cut(
                WorkKind.REQUEST, description, Duration.ofSeconds(41), "worker-1", List.of("a.B.c(B.java:1)"));
        return new ShutdownReport(
                "orders",
                new ShutdownReport.Cause("SIGTERM", Instant.EPOCH),
                Duration.ofMillis(8_123),
                GraceBudget.of(Duration.ofSeconds(30), GraceBudget.Shares.DERIVED, Duration.ofSeconds(15)),
                Map.of(LifecycleState.LAME_DUCK, Duration.ofSeconds(2)),
                new ShutdownReport.Units(61, 7, 67, 0, cutCount),
                new ShutdownReport.LameDuckEnd(ShutdownReport.LameDuckReason.MAX, null),
                new ShutdownReport.Late(
                        7, 1, Duration.ofMillis(1_900), 2, Duration.ofMillis(700), List.of(), List.of()),
                Collections.nCopies(cutCount, cut),
                List.of(
                        new ShutdownReport.Stop(
                                "db", Duration.ofMillis(4), ShutdownReport.Ending.FAILED, "IOException: \"x\"\n"),
                        new ShutdownReport.Stop("http:8080", Duration.ZERO, ShutdownReport.Ending.STOPPED, "")),
                new ShutdownReport.Notes(List.of("listener failed"), List.of("raise EBBTIDE_DRAIN")),
                ExitCode.WORK_CUT);
    }
}
