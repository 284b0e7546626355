package io.ebbtide.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import io.ebbtide.testing.TestTimeouts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class RehearsalTest {
    /** Rehearses, and prints a line. */
    static final class Rehearsing {
        public static void main(String[] arguments) {
            Rehearsal.run(Ticker.system());
            System.out.println("rehearsed");
        }
    }

    @Test
    void aRehearsal_logsNothing_andLeavesNoThread() {
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var logged = new ListAppender<ILoggingEvent>();
        logged.start();
        root.addAppender(logged);
        try {
            Rehearsal.run(Ticker.system());

            Awaitility.await()
                    .atMost(TestTimeouts.HANG)
                    .until(() -> Threads.running().stream()
                            .map(Thread::getName)
                            .noneMatch(name -> name.contains("rehearsal")));
            assertThat(logged.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .noneMatch(line -> line.contains("rehearsal"));
        } finally {
            root.detachAppender(logged);
        }
    }

    @Test
    void aRehearsal_linksWhatAShutdownNeeds_upToTheReport() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Rehearsing.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(TestTimeouts.HANG.toSeconds(), TimeUnit.SECONDS))
                .isTrue();

        assertThat(output)
                .contains("rehearsed")
                .contains("io.ebbtide.sequence.Stopper$$Lambda")
                .contains("io.ebbtide.sequence.ShutdownCompletion$$Lambda")
                .contains("io.ebbtide.report.ReportJson$$Lambda")
                .contains("com.fasterxml.jackson.core.json.")
                .doesNotContain("\"event\":\"shutdown\"");
    }
}
