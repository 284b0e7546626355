package io.ebbtide.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.ManifestLint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the guide shows compiles, fits and has the versions that are tested. */
final class GuideTest {
    private static final Pattern VERSION =
            Pattern.compile("<artifactId>([\\w-]+)</artifactId>\\s*<version>([^<]+)</version>");

    /** The properties of the parent that hold the versions of others. */
    private static final Map<String, String> VERSIONS = Map.of(
            "slf4j-simple", "slf4j.version",
            "tomcat-embed-core", "tomcat.tested.version",
            "jetty-ee10-servlet", "jetty.tested.version");

    @TempDir
    private Path folder;

    static Stream<Page> pages() throws IOException {
        return Page.all().stream();
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

        assertThat(compile(sources)).isEmpty();
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

    @ParameterizedTest
    @MethodSource("pages")
    void everyDependency_hasTheVersionThatIsTested(Page page) throws IOException {
        String parent = Files.readString(Path.of("..", "..", "pom.xml"));
        for (Page.Block block : page.blocks("xml")) {
            Matcher matcher = VERSION.matcher(block.text());
            while (matcher.find()) {
                String property = VERSIONS.get(matcher.group(1));
                if (property != null) {
                    assertThat(parent).contains("<%s>%s</%1$s>".formatted(property, matcher.group(2)));
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
        List<Path> all = pages().map(Page::file).map(Path::normalize).toList();

        assertThat(Page.of("README.md").links())
                .containsAll(
                        all.stream().filter(each -> !each.endsWith("README.md")).toList());
    }

    private Path write(Page.Block block) throws IOException {
        Path file = folder.resolve(block.path());
        Files.createDirectories(file.getParent());
        return Files.writeString(file, block.text());
    }

    private String compile(List<Path> sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "--release",
                    "17",
                    "-proc:none",
                    "-classpath",
                    System.getProperty("java.class.path"),
                    "-d",
                    Files.createDirectories(folder.resolve("classes")).toString());
            boolean compiled = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            return compiled ? "" : messages.toString();
        }
    }
}
