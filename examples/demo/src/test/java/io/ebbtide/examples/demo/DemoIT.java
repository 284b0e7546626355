package io.ebbtide.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration as the README shows it. */
@Tag("full")
final class DemoIT {
    private static final long MINUTES = 5;

    @TempDir
    private Path folder;

    @Test
    void demo_losesNothing_andEnds() throws Exception {
        Path output = folder.resolve("output");
        Process demo = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        Demo.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(demo.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as("the demonstration is over")
                    .isTrue();
        } finally {
            demo.descendants().forEach(ProcessHandle::destroyForcibly);
            demo.destroyForcibly();
        }

        assertThat(Files.readString(output))
                .contains("SIGTERM to process", "\"status\":\"DOWN\"", "SIGTERM to exit")
                .containsPattern("requests lost +0\n");
    }
}
