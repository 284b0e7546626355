package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Maven resolves for a sample with the starter: the same as without it, and the starter's own artifacts. Maven reads the POMs that this
 * build publishes as modules of one build with the sample, so nothing is installed.
 */
public abstract class DependencyTreeContract {
    private static final Path ROOT = Path.of("..");
    private static final int MINUTES = 15;
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:tree";

    /** What core needs: an application may not have it yet, and then gets it in the version of its Boot, if that has one. */
    private static final List<String> OF_CORE = List.of(
            "org.slf4j:slf4j-api",
            "io.micrometer:micrometer-core",
            "io.micrometer:micrometer-commons",
            "io.micrometer:micrometer-observation",
            "org.hdrhistogram:HdrHistogram",
            "org.latencyutils:LatencyUtils",
            "com.fasterxml.jackson.core:jackson-core",
            "org.jspecify:jspecify");

    private static final Pattern ARTIFACT = Pattern.compile("([\\w.-]+:[\\w.-]+):jar:([\\w.-]+):(compile|runtime)");

    private final String boot;
    private final List<String> modules;
    private final List<String> starters;

    @TempDir
    private Path folder;

    /**
     * @param boot the version of Boot
     * @param modules the folders of the modules that are published for this line, that of the starter first
     * @param starters Boot's starters in the sample
     */
    protected DependencyTreeContract(String boot, List<String> modules, List<String> starters) {
        this.boot = boot;
        this.modules = modules;
        this.starters = starters;
    }

    @Test
    @Tag("extended")
    final void sampleWithTheStarter_hasTheDependenciesOfTheSampleWithout_andOurs() throws Exception {
        assumeTrue(canRun("mvn"), "needs mvn");
        for (String module : modules) {
            Path home = Files.createDirectories(folder.resolve(module));
            Files.copy(ROOT.resolve(module).resolve("target").resolve(".flattened-pom.xml"), home.resolve("pom.xml"));
        }
        String starter = Files.readString(folder.resolve(modules.get(0)).resolve("pom.xml"));
        Matcher ours = Pattern.compile("<artifactId>([\\w-]+)</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(starter);
        assertThat(ours.find()).isTrue();
        sample("without", "");
        sample("with", dependency("io.ebbtide", ours.group(1), ours.group(2)));
        Files.writeString(
                folder.resolve("pom.xml"), """
                <project>
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>com.example</groupId>
                  <artifactId>all</artifactId>
                  <version>1</version>
                  <packaging>pom</packaging>
                  <modules>%s</modules>
                </project>
                """.formatted(Stream.concat(modules.stream(), Stream.of("without", "with"))
                        .map("<module>%s</module>"::formatted)
                        .collect(Collectors.joining())));

        run("mvn", "-B", "-ntp", PLUGIN, "-DoutputFile=tree.txt");

        Map<String, String> without = artifacts("without");
        Map<String, String> with = artifacts("with");
        assertThat(without).containsKey("org.springframework:spring-web").hasSizeGreaterThan(30);
        assertThat(with).as("nothing of the application's is changed").containsAllEntriesOf(without);
        assertThat(with).containsKey("io.ebbtide:" + ours.group(1)).containsKey("io.ebbtide:ebbtide-core");
        assertThat(with.keySet().stream()
                        .filter(name -> !without.containsKey(name))
                        .filter(name -> !name.startsWith("io.ebbtide:"))
                        .filter(name -> !OF_CORE.contains(name))
                        .toList())
                .as("what else comes along")
                .isEmpty();
        assertThat(with.keySet())
                .as("servers, pools and clients that the application has not chosen")
                .noneMatch(name -> name.contains("jetty") && !name.startsWith("io.ebbtide:"))
                .noneMatch(name -> name.contains("undertow") && !name.startsWith("io.ebbtide:"))
                .noneMatch(name -> name.contains("lettuce"));
    }

    private static String dependency(String group, String artifact, String version) {
        return "<dependency><groupId>%s</groupId><artifactId>%s</artifactId>%s</dependency>"
                .formatted(group, artifact, version.isEmpty() ? "" : "<version>" + version + "</version>");
    }

    private void sample(String name, String more) throws IOException {
        String all = starters.stream()
                        .map(each -> dependency("org.springframework.boot", each, ""))
                        .collect(Collectors.joining())
                + more;
        Files.writeString(
                Files.createDirectories(folder.resolve(name)).resolve("pom.xml"), """
                <project>
                  <modelVersion>4.0.0</modelVersion>
                  <parent>
                    <groupId>org.springframework.boot</groupId>
                    <artifactId>spring-boot-starter-parent</artifactId>
                    <version>%s</version>
                    <relativePath/>
                  </parent>
                  <groupId>com.example</groupId>
                  <artifactId>sample-%s</artifactId>
                  <version>1</version>
                  <dependencies>%s</dependencies>
                </project>
                """.formatted(boot, name, all));
    }

    private Map<String, String> artifacts(String sample) throws IOException {
        Map<String, String> artifacts = new TreeMap<>();
        Matcher each = ARTIFACT.matcher(Files.readString(folder.resolve(sample).resolve("tree.txt")));
        while (each.find()) {
            artifacts.put(each.group(1), each.group(2) + " " + each.group(3));
        }
        return artifacts;
    }

    private static boolean canRun(String command) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(each -> Files.isExecutable(Path.of(each, command)));
    }

    private void run(String... command) throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as("ended in time")
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
