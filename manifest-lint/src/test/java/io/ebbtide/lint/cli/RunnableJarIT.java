package io.ebbtide.lint.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.ebbtide.lint.fixture.Fixtures;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The jar as users run it, with little memory, on hostile input. */
final class RunnableJarIT {
    private static final Path JAR = Path.of(System.getProperty("runnable.jar"));
    private static final String RULES = Fixtures.path("rules") + "/";

    @TempDir
    Path folder;

    /**
     * The result of a run.
     *
     * @param text standard output, then standard error without the progress, which a slow machine has
     */
    private record Run(int code, String text) {}

    @Test
    void jar_runs() throws Exception {
        assertThat(run(RULES + "grace-below-sum/good.yaml"))
                .isEqualTo(new Run(0, "0 errors, 0 warnings, 0 notes in 4 objects\n"));
    }

    static Stream<String> arguments() {
        return Stream.of("--help", "--rules", RULES + "grace-below-sum/bad.yaml");
    }

    @ParameterizedTest
    @MethodSource("arguments")
    void standardOutput_onAFullDisk_isAnError(String argument) throws Exception {
        assumeThat(Path.of("/dev/full")).exists();
        Path err = folder.resolve("err");

        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        JAR.toString(),
                        argument)
                .redirectOutput(new File("/dev/full"))
                .redirectError(err.toFile())
                .start();

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(err) // after the progress, which a slow machine has
                .content()
                .endsWith(
                        "ebbtide-lint: standard output: cannot be written (expected: free space, and a reader that reads to the end)\n");
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
    void millionsOfSimpleValues_areRefusedInLittleMemory() throws Exception {
        String items = "a: [" + "a,".repeat(3_000_000) + "a]\n";

        Run run = run(Files.writeString(folder.resolve("long.yaml"), items).toString());

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

    /** As benchmarks/LintTime measures it. */
    @Test
    @Tag("full")
    void documents50000_areJudgedIn128Megabytes() throws Exception {
        String good = Files.readString(Path.of(RULES + "grace-below-sum/good.yaml"));
        String bad = Files.readString(Path.of(RULES + "grace-below-sum/bad.yaml"));
        Path many = Files.createDirectory(folder.resolve("many"));
        for (int file = 0; file < 12_500; file += 1_250) {
            var text = new StringBuilder();
            for (int i = file; i < file + 1_250; i++) {
                text.append("---\n").append((i % 50 == 0 ? bad : good).replace("orders", "orders-" + i));
            }
            Files.writeString(many.resolve(file + ".yaml"), text);
        }

        Run run = runWith("-Xmx128m", many.toString(), "--summary");

        assertThat(run.text())
                .containsPattern("250 error +grace-below-sum")
                .contains("in 50000 objects")
                .doesNotContain("\tat ");
        assertThat(run.code()).isEqualTo(1);
    }

    private Run run(String... arguments) throws IOException, InterruptedException {
        return runWith("-Xmx96m", arguments);
    }

    private Run runWith(String heap, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), heap, "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output.txt");
        Path errors = folder.resolve("errors.txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String withoutProgress =
                Files.readString(errors).replaceAll("ebbtide-lint: [0-9,]+ file\\(s\\), .* read\n", "");
        return new Run(process.exitValue(), Files.readString(output) + withoutProgress);
    }
}
