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

/**
 * Runs the commands of a page in one shell, in a folder with the files of the page, as a reader does. Maven finds what this build has made
 * in a repository of its own, in place of {@code mvn install}, which would change the user's. Confine to one thread.
 *
 * @param folder empty, for one page
 */
record PageShell(Path folder) {
    private static final Path ROOT = Path.of("..", "..");
    private static final String JAR = "ebbtide-[a-z0-9-]+?-[0-9.]+-SNAPSHOT\\.jar";
    private static final long MINUTES = 15;

    /** Returns the output of all commands; takes minutes, most of them for downloads. */
    String run(Page page) throws IOException, InterruptedException {
        return run(page, "");
    }

    /**
     * The same with this pom.
     *
     * @param pom for a page that shows only parts of it; empty for the page's own
     */
    String run(Page page, String pom) throws IOException, InterruptedException {
        assumeTrue(isFree(8080) && isFree(8558), "ports 8080 and 8558, which the page uses, are not free");
        Path project = Files.createDirectory(folder.resolve("project"));
        for (String language : List.of("xml", "java", "properties")) {
            for (Page.Block block : page.blocks(language)) {
                if (!block.path().isEmpty()) {
                    Path file = project.resolve(block.path());
                    Files.createDirectories(file.getParent());
                    Files.writeString(file, block.text());
                }
            }
        }
        if (!pom.isEmpty()) {
            Files.writeString(project.resolve("pom.xml"), pom);
        }
        String script = page.blocks("sh").stream().map(Page.Block::text).collect(Collectors.joining("\n"));
        return run(script.replace("mvn ", "mvn -B -s '" + settings() + "' "), project);
    }

    private String run(String script, Path project) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process shell = new ProcessBuilder("sh", "-c", script)
                .directory(project.toFile())
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

    /** A file of settings with that repository, and a folder of its own for what Maven downloads. */
    private Path settings() throws IOException {
        Path repository = folder.resolve("repository");
        for (Path jar : jars()) {
            String name = jar.getFileName().toString();
            String artifact = name.replaceFirst("-[0-9.]+-SNAPSHOT\\.jar$", "");
            String version = name.substring(artifact.length() + 1, name.length() - ".jar".length());
            Path home = Files.createDirectories(repository.resolve(Path.of("io", "ebbtide", artifact, version)));
            Files.copy(jar, home.resolve(name));
            Files.copy(jar.resolveSibling(".flattened-pom.xml"), home.resolve(name.replace(".jar", ".pom")));
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

    /** The jars of all modules that are published. */
    private static List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT, 3)) {
            List<Path> jars = files.filter(file -> file.getFileName().toString().matches(JAR))
                    .filter(jar -> Files.exists(jar.resolveSibling(".flattened-pom.xml")))
                    .toList();
            assertThat(jars).as("jars of this build; run package before").isNotEmpty();
            return jars;
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
