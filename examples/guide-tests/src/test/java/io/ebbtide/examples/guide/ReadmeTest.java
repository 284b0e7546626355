package io.ebbtide.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** The README is short, its first program is whole, and its picture can be read in light and dark mode. GuideTest compiles it. */
final class ReadmeTest {
    private static final int MAX_LINES = 150;

    private static Page readme;

    @BeforeAll
    static void read() throws IOException {
        readme = Page.ofRoot("README.md");
    }

    @Test
    void lines_areFewerThan150() {
        assertThat(readme.text().lines().count()).isLessThan(MAX_LINES);
    }

    @Test
    void firstProgram_isOneFile_withItsDependencies() {
        assertThat(readme.blocks("java"))
                .singleElement()
                .satisfies(program -> assertThat(program.text()).contains("package ", "import ", " main(", ".run()"));
        assertThat(readme.blocks("xml"))
                .singleElement()
                .satisfies(pom -> assertThat(pom.text())
                        .contains(
                                "<maven.compiler.source>",
                                "<maven.compiler.target>",
                                "ebbtide-undertow",
                                "slf4j-simple"));
    }

    @Test
    void picture_isXml_withATitleAndColoursForBothModes() throws Exception {
        Path file = readme.links().stream()
                .filter(link -> link.toString().endsWith(".svg"))
                .findFirst()
                .orElseThrow();

        Document picture =
                DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file.toFile());

        assertThat(picture.getElementsByTagName("title").item(0).getTextContent())
                .isEqualTo("The time line of a shutdown");
        assertThat(Files.readString(file)).contains("prefers-color-scheme: dark");
    }
}
