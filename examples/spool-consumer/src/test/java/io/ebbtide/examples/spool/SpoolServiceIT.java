package io.ebbtide.examples.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes share a folder; one of them ends in the middle of its work. */
final class SpoolServiceIT {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final int MESSAGES = 50;

    @TempDir
    private Path folder;

    @Test
    void consumerThatIsStopped_finishesAndCommits_soThatEachMessageIsWorkedOnOnce() throws Exception {
        try (ServiceProcess stopping = start(30);
                ServiceProcess staying = start(30)) {
            writeMessages();
            Awaitility.await().atMost(SOON).until(() -> ledger().size() >= 10);

            stopping.signal("TERM");
            ServiceProcess.Exit exit = stopping.awaitExit(SOON);
            Awaitility.await().atMost(SOON).until(() -> count("done") == MESSAGES);

            assertThat(exit.code()).isZero();
            assertThat(stopping.report().get("outcome").asText()).isEqualTo("CLEAN");
            assertThat(ledger()).hasSize(MESSAGES);
            assertThat(numbers()).hasSize(MESSAGES);
            assertThat(count("inbox") + count("claimed")).isZero();
            assertThat(staying.isAlive()).isTrue();
        }
    }

    @Test
    void consumerThatIsKilled_losesNothing_asWhatItHadClaimedIsGivenToTheOther() throws Exception {
        try (ServiceProcess killed = start(5);
                ServiceProcess staying = start(5)) {
            writeMessages();
            Awaitility.await().atMost(SOON).until(() -> ledger().size() >= 10);

            killed.signal("KILL");
            assertThat(killed.awaitExit(SOON).code()).isEqualTo(137);
            Awaitility.await().atMost(SOON).until(() -> count("done") == MESSAGES);

            assertThat(numbers()).as("some perhaps twice, none never").hasSize(MESSAGES);
            assertThat(staying.isAlive()).isTrue();
        }
    }

    private ServiceProcess start(int leaseSeconds) throws InterruptedException {
        ServiceProcess process = JavaLauncher.of(SpoolService.class)
                .arguments(folder.toString(), String.valueOf(leaseSeconds))
                .environment("EBBTIDE_MANAGEMENT_PORT", "0")
                .start();
        process.awaitLine("'spool' is RUNNING", SOON);
        return process;
    }

    private void writeMessages() throws IOException {
        Path inbox = Files.createDirectories(folder.resolve("inbox"));
        for (int i = 0; i < MESSAGES; i++) {
            Path written = Files.writeString(folder.resolve("message-" + i), "message " + i);
            Files.move(written, inbox.resolve("message-" + i));
        }
    }

    private List<String> ledger() throws IOException {
        Path ledger = folder.resolve("ledger");
        return Files.exists(ledger) ? Files.readAllLines(ledger) : List.of();
    }

    private Stream<String> numbers() throws IOException {
        return ledger().stream().map(line -> line.split(" ", 3)[1]).distinct();
    }

    private long count(String state) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(state))) {
            return files.count();
        }
    }
}
