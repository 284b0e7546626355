package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as users run it, with little memory, on input that means no good. */
final class RunnableJarIT {
    private static final Path JAR = Path.of(System.getProperty("runnable.jar"));
    private static final String RULES = "src/test/resources/rules/";

    @TempDir
    Path folder;

    /** What a run left. */
    private record Run(int code, String text) {}

    @Test
    void jar_runs() throws Exception {
        assertThat(run(RULES + "grace-below-sum/good.yaml"))
                .isEqualTo(new Run(0, "0 errors, 0 warnings, 0 notes in 4 objects\n"));
    }

    @Test
    void jar_keepsLicences() throws IOException {
        try (var jar = new ZipFile(JAR.toFile())) {
            assertThat(jar.stream().map(each -> each.getName()))
                    .contains("META-INF/LICENSE", "META-INF/LICENSE.txt", "META-INF/THIRD-PARTY.txt");
        }
    }

    @Test
    void fileOf100Megabytes_isRefusedInLittleMemory() throws Exception {
        Path file = folder.resolve("large.yaml");
        byte[] line = "- a line of a list that goes on and on and on and on\n".getBytes(StandardCharsets.UTF_8);
        long bytes = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (; bytes < 100L * 1024 * 1024; bytes += line.length) {
                out.write(line);
            }
        }

        Run run = run(file.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.text())
                .contains("too large: %,d bytes (expected: at most 8,388,608); split the file".formatted(bytes))
                .doesNotContain("\tat ");
    }

    @Test
    void anchorBomb_isRefusedInLittleMemory() throws Exception {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a%d: &a%d [%s*a%d]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(9), i - 1));
        }

        Run run = run(Files.writeString(folder.resolve("bomb.yaml"), bomb).toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.text()).contains("too much: more than 400,000 values").doesNotContain("\tat ");
    }

    @Test
    void deepNesting_isRefusedInLittleMemory() throws Exception {
        Run run = run(Files.writeString(folder.resolve("deep.yaml"), "[".repeat(1_000_000))
                .toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.text()).contains("too much: more than 64 levels").doesNotContain("\tat ");
    }

    private Run run(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m", "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), Files.readString(output));
    }
}
