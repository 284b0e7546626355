package io.ebbtide.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quick start as it stands on its page, from an empty folder: its pom, its class and its commands in one shell. */
@Tag("full")
final class QuickStartIT {
    private static final Path ROOT = Path.of("..", "..");
    private static final long MINUTES = 10;

    @TempDir
    private Path folder;

    @Test
    void commands_asOnThePage_endWithADrainedService() throws Exception {
        assumeTrue(isFree(8080) && isFree(8558), "ports 8080 and 8558, which the page uses, are not free");
        Page page = Page.of("quick-start.md");
        for (Page.Block block : Stream.concat(page.blocks("xml").stream(), page.blocks("java").stream())
                .toList()) {
            Path file = folder.resolve("hello").resolve(block.path());
            Files.createDirectories(file.getParent());
            Files.writeString(file, block.text());
        }
        String script = page.blocks("sh").stream().map(Page.Block::text).collect(Collectors.joining("\n"));

        String output = run(script.replace("mvn ", "mvn -B -s '" + settings() + "' "));

        assertThat(output)
                .contains("'hello' is RUNNING", "\"status\":\"UP\"", "'hello' is LAME_DUCK", "'hello' is DRAINING")
                .contains("hello\n", "the request ended with 0", "\"outcome\":\"CLEAN\"", "the service ended with 0");
    }

    private String run(String script) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process shell = new ProcessBuilder("sh", "-c", script)
                .directory(folder.resolve("hello").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(shell.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as("the commands are over")
                    .isTrue();
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
        return Files.readString(output);
    }

    /** A repository with what this build has made, in place of {@code mvn install}, which would change the user's own. */
    private Path settings() throws IOException {
        Path repository = folder.resolve("repository");
        for (String module : List.of("core", "undertow-adapter")) {
            Path target = ROOT.resolve(module).resolve("target");
            try (Stream<Path> files = Files.list(target)) {
                Path jar = files.filter(each -> each.getFileName().toString().matches("ebbtide-[a-z]+-[0-9].*T\\.jar"))
                        .findFirst()
                        .orElseThrow();
                String name = jar.getFileName().toString();
                String artifact = name.substring(0, name.indexOf('-', "ebbtide-".length()));
                String version = name.substring(artifact.length() + 1, name.length() - ".jar".length());
                Path home = Files.createDirectories(repository.resolve(Path.of("io", "ebbtide", artifact, version)));
                Files.copy(jar, home.resolve(name));
                Files.copy(target.resolve(".flattened-pom.xml"), home.resolve(name.replace(".jar", ".pom")));
            }
        }
        return Files.writeString(
                folder.resolve("settings.xml"),
                """
                <settings>
                  <localRepository>%s</localRepository>
                  <profiles>
                    <profile>
                      <id>built</id>
                      <repositories>
                        <repository>
                          <id>built</id>
                          <url>%s</url>
                          <snapshots><enabled>true</enabled></snapshots>
                        </repository>
                      </repositories>
                    </profile>
                  </profiles>
                  <activeProfiles><activeProfile>built</activeProfile></activeProfiles>
                </settings>
                """.formatted(folder.resolve("m2"), repository.toUri()),
                StandardCharsets.UTF_8);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
