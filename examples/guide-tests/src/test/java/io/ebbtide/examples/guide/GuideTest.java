package io.ebbtide.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.ManifestLint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the guide and the README show compiles, fits and has the versions that are tested. */
final class GuideTest {
    private static final Pattern VERSION =
            Pattern.compile("<artifactId>([\\w-]+)</artifactId>(?:\\s*<!--.*?-->)?\\s*<version>([^<]+)</version>");

    /** The properties of the parent that hold the versions of others. */
    private static final Map<String, String> VERSIONS = Map.of(
            "slf4j-simple", "slf4j.version",
            "spring-boot-starter-parent", "spring-boot.version",
            "tomcat-embed-core", "tomcat.tested.version",
            "jetty-ee10-servlet", "jetty.tested.version",
            "HikariCP", "hikari.version");

    /** Those whose versions stand beside their names, in the parent and in the versions of tests. */
    private static final Map<String, String> LITERALS = Map.of(
            "maven-dependency-plugin", "pom.xml",
            "maven-failsafe-plugin", "pom.xml",
            "junit-jupiter", "test-versions/pom.xml",
            "postgresql", "test-versions/pom.xml");

    /** Which dependency of a page brings the packages that its classes import. */
    private static final Map<String, String> PROVIDERS = Map.ofEntries(
            Map.entry("com.zaxxer.hikari.", "HikariCP"),
            Map.entry("io.ebbtide.jdbc.", "ebbtide-jdbc"),
            Map.entry("io.ebbtide.jetty.", "ebbtide-jetty"),
            Map.entry("io.ebbtide.lint.", "ebbtide-lint"),
            Map.entry("io.ebbtide.redis.", "ebbtide-redis"),
            Map.entry("io.ebbtide.servlet.", "ebbtide-servlet"),
            Map.entry("io.ebbtide.testkit.", "ebbtide-testkit"),
            Map.entry("io.ebbtide.tomcat.", "ebbtide-tomcat"),
            Map.entry("io.ebbtide.undertow.", "ebbtide-undertow"),
            Map.entry("io.lettuce.", "ebbtide-redis"),
            Map.entry("io.undertow.", "ebbtide-undertow"),
            Map.entry("org.apache.catalina.", "tomcat-embed-core"),
            Map.entry("org.eclipse.jetty.", "jetty-ee10-servlet"),
            Map.entry("org.junit.jupiter.", "junit-jupiter"),
            Map.entry("org.springframework.", "spring-boot-starter-webmvc"));

    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?([\\w.]+);");
    private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([\\w-]+)</artifactId>");

    @TempDir
    private Path folder;

    static Stream<Page> pages() throws IOException {
        return Stream.concat(Page.all().stream(), Stream.of(Page.ofRoot("README.md")));
    }

    static Stream<Page> pagesWithManifests() throws IOException {
        return pages().filter(page -> !page.blocks("yaml").isEmpty());
    }

    @Test
    void everyJavaBlock_isAWholeFile_andCompiles() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Page page : pages().toList()) {
            for (Page.Block block : page.blocks("java")) {
                assertThat(block.path())
                        .as("the file of a block on %s", page)
                        .matches("src/(main|test)/java/.+\\.java");
                sources.add(write(block));
            }
        }
        assertThat(sources).hasSizeGreaterThan(6).doesNotHaveDuplicates();

        assertThat(Sources.compile(sources, folder.resolve("classes"))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pagesWithManifests")
    void everyManifest_hasNoFinding(Page page) {
        for (Page.Block block : page.blocks("yaml")) {
            assertThat(ManifestLint.of(
                                    new ByteArrayInputStream(block.text().getBytes(StandardCharsets.UTF_8)),
                                    block.path())
                            .findings())
                    .isEmpty();
        }
    }

    /** Else a reader who copies a file gets "package does not exist". */
    @ParameterizedTest
    @MethodSource("pages")
    void everyImport_isOfADependencyThatThePageShows(Page page) throws IOException {
        String shown = page.text().contains("pom of the [quick start]")
                ? page.text() + Page.of("quick-start.md").text()
                : page.text();
        List<String> artifacts = new ArrayList<>(
                ARTIFACT.matcher(shown).results().map(each -> each.group(1)).toList());
        if (artifacts.contains("spring-boot-starter-webmvc-test")) {
            artifacts.add("junit-jupiter"); // which it brings
        }
        for (Page.Block block : page.blocks("java")) {
            List<String> needed = IMPORT.matcher(block.text())
                    .results()
                    .map(each -> PROVIDERS.entrySet().stream()
                            .filter(provider -> each.group(1).startsWith(provider.getKey()))
                            .map(Map.Entry::getValue)
                            .findFirst()
                            .orElseGet(() -> ofTheCore(each.group(1))))
                    .filter(each -> !each.isEmpty())
                    .distinct()
                    .toList();

            assertThat(artifacts)
                    .as("dependencies for %s on %s", block.path(), page)
                    .containsAll(needed);
        }
    }

    /** Each of our artifacts brings the core, and the core SLF4J and Micrometer. */
    private static String ofTheCore(String type) {
        assertThat(type)
                .as("an import whose dependency is not in PROVIDERS")
                .matches("(java|javax|io\\.ebbtide|org\\.slf4j|io\\.micrometer\\.core|jakarta\\.servlet)\\..+");
        return "";
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyDependency_hasTheVersionThatIsTested(Page page) throws IOException {
        Path root = Path.of("..", "..");
        String parent = Files.readString(root.resolve("pom.xml"));
        for (Page.Block block : page.blocks("xml")) {
            Matcher matcher = VERSION.matcher(block.text());
            while (matcher.find()) {
                String property = VERSIONS.get(matcher.group(1));
                String literal = LITERALS.get(matcher.group(1));
                if (property != null) {
                    assertThat(parent).contains("<%s>%s</%1$s>".formatted(property, matcher.group(2)));
                } else if (literal != null) {
                    String name = matcher.group(1).equals("junit-jupiter") ? "junit-bom" : matcher.group(1);
                    assertThat(Files.readString(root.resolve(literal)))
                            .containsPattern("<artifactId>%s</artifactId>\\s*<version>%s<"
                                    .formatted(name, Pattern.quote(matcher.group(2))));
                } else if (matcher.group(1).startsWith("ebbtide-")) {
                    assertThat(parent)
                            .contains("<artifactId>ebbtide-parent</artifactId>\n    <version>" + matcher.group(2));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLink_leadsToAFile(Page page) {
        assertThat(page.links())
                .isNotEmpty()
                .allSatisfy(link -> assertThat(link).exists());
    }

    @Test
    void pages_areAllInTheTableOfTheGuide() throws IOException {
        List<Path> all =
                Page.all().stream().map(Page::file).map(Path::normalize).toList();

        assertThat(Page.of("README.md").links())
                .containsAll(
                        all.stream().filter(each -> !each.endsWith("README.md")).toList());
    }

    private Path write(Page.Block block) throws IOException {
        Path file = folder.resolve(block.path());
        Files.createDirectories(file.getParent());
        return Files.writeString(file, block.text());
    }
}
