package io.ebbtide.autoscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one jar, as a user runs it. */
final class RunnableJarIT {
    private static final String JAR = System.getProperty("runnable.jar", "");

    @TempDir
    Path folder;

    private String run(int code, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-jar");
        command.add(JAR);
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        int ended = process.waitFor();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(ended).as(text).isEqualTo(code);
        return text;
    }

    @Test
    void jar_simulates_andDraws() throws Exception {
        Path manifests = Files.writeString(
                folder.resolve("all.yaml"), Manifests.DEPLOYMENT + "---\n" + Manifests.hpa(2, 20, Manifests.cpu(70)));
        Path page = folder.resolve("page.html");

        String text = run(
                0,
                manifests.toString(),
                "--shape",
                "spike:base=200,peak=2000",
                "--compare",
                "behaviors",
                "--html",
                page.toString());

        assertThat(text).contains("moderate", "Kubernetes' default", "templates");
        assertThat(page).content().contains("data:image/png;base64,");
    }

    @Test
    void standardOutput_onAFullDisk_isAnError() throws Exception {
        assumeThat(Path.of("/dev/full")).exists();
        Path err = folder.resolve("err");

        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR, "--help")
                .redirectOutput(new File("/dev/full"))
                .redirectError(err.toFile())
                .start();

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(err)
                .hasContent(
                        "ebbtide-autoscale-sim: standard output: cannot be written (expected: free space, and a reader that reads to the end)");
    }

    @Test
    void jar_saysItsVersion_andWhatIsInIt() throws Exception {
        assertThat(run(0, "--version")).startsWith("ebbtide-autoscale-sim 0.");
        try (var jar = new JarFile(JAR)) {
            assertThat(jar.getEntry("META-INF/THIRD-PARTY.txt")).isNotNull();
            assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
            assertThat(jar.stream().map(each -> each.getName()))
                    .as("libraries that are under the LGPL, or not needed")
                    .noneMatch(each -> each.startsWith("de/erichseifert") || each.startsWith("org/apache/pdfbox"));
        }
    }
}
