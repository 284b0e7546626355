package io.ebbtide.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages with commands as they stand, each from an empty folder: their poms, their classes and their commands in one shell. */
@Tag("full")
final class QuickStartIT {
    @TempDir
    private Path folder;

    @Test
    void commandsOfTheQuickStart_endWithADrainedService() throws Exception {
        String output = new PageShell(folder).run(Page.of("quick-start.md"));

        assertThat(output)
                .contains("'hello' is RUNNING", "\"status\":\"UP\"", "'hello' is LAME_DUCK", "'hello' is DRAINING")
                .contains("\"reason\":\"leaving\"", "HTTP/1.1 200 OK", "Connection: close")
                .contains("hello\n", "the request ended with 0", "\"outcome\":\"CLEAN\"", "the service ended with 0");
    }

    @Test
    void commandsOfSpringBoot_endWithADrainedService() throws Exception {
        String output = new PageShell(folder).run(Page.of("spring-boot.md"));

        assertThat(output)
                .contains("Starting DemoApplication v0.0.1-SNAPSHOT", "'demo' is RUNNING")
                .contains("{\"status\":\"UP\"}", "{\"groups\":[\"liveness\",\"readiness\"],\"status\":\"UP\"}")
                .contains("'demo' is LAME_DUCK", "'demo' is DRAINING", "'demo' is STOPPING", "'demo' is STOPPED")
                .contains("hello\n", "the late request ended with 0", "the request ended with 0")
                .contains("\"outcome\":\"CLEAN\"", "the service ended with 0");
    }

    @Test
    void commandsOfTheWorker_finishTheMailThatItHasTaken() throws Exception {
        String pom =
                pom().replace("<artifactId>ebbtide-undertow</artifactId>", "<artifactId>ebbtide-core</artifactId>");

        String output = new PageShell(folder).run(Page.of("worker.md"), pom);

        assertThat(output)
                .containsSubsequence(
                        "'mails' is DRAINING", "sent mail 1", "\"inFlightAtSignal\":1", "\"inFlightArrived\":1")
                .contains("reported", "\"outcome\":\"CLEAN\"", "the service ended with 0")
                .doesNotContain("sent mail 2");
    }

    @Test
    void commandsOfTheTestPage_runItsTest() throws Exception {
        Page page = Page.of("testing.md");
        List<Page.Block> parts = page.blocks("xml");
        String pom = pom().replace("</dependencies>", parts.get(0).text() + "</dependencies>")
                .replace("</plugins>", parts.get(1).text() + "</plugins>");

        String output = new PageShell(folder).run(page, pom);

        assertThat(output).contains("Tests run: 1, Failures: 0, Errors: 0, Skipped: 0", "BUILD SUCCESS");
    }

    /** The pom of the quick start. */
    private static String pom() throws IOException {
        return Page.of("quick-start.md").blocks("xml").get(0).text();
    }
}
