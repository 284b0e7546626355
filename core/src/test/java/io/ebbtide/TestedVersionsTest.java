package io.ebbtide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The table of tested versions matches the versions that the build uses. */
final class TestedVersionsTest {
    private static final Path ROOT = Path.of("..");
    private static final String PAGE = "docs/reference/versions.md";

    private static Map<String, String> usual;
    private static Map<String, String> floor;

    @BeforeAll
    static void readPoms() throws Exception {
        usual = properties("pom.xml", "/project/properties/*");
        usual.put("war.jetty.version", property("servlet-adapter/pom.xml", "war.jetty.version"));
        floor = new HashMap<>(usual);
        floor.putAll(properties("pom.xml", "/project/profiles/profile[id='floor']/properties/*"));
    }

    @Test
    void table_namesTheVersionsOfTheBuild() throws IOException {
        String jettyInTheContainer = ", Jetty " + usual.get("war.jetty.version");

        assertThat(rows())
                .containsExactly(
                        row("Jetty, `ebbtide-jetty`", "jetty.tested.version"),
                        row("Tomcat, `ebbtide-tomcat`", "tomcat.tested.version"),
                        row("Undertow, `ebbtide-undertow`", "undertow.version"),
                        row("Spring Boot 4, `ebbtide-spring-boot-starter`", "spring-boot.version"),
                        row("Spring Boot 3, `ebbtide-spring-boot3-starter`", "spring-boot3.version"),
                        List.of(
                                "servlet container, `ebbtide-servlet`",
                                "Tomcat " + value(usual, "tomcat.tested.version") + jettyInTheContainer,
                                "Tomcat " + value(floor, "tomcat.tested.version") + jettyInTheContainer),
                        row("Lettuce, `ebbtide-redis`", "lettuce.version"),
                        row("HikariCP, `ebbtide-jdbc`", "hikari.version"),
                        row("Micrometer, `ebbtide-core`", "micrometer.version"),
                        row("Jackson, `ebbtide-core`", "jackson.version"),
                        row("SLF4J, `ebbtide-core`", "slf4j.version"));
    }

    @Test
    void snippet_importsTheTestedJetty() throws IOException {
        String bom =
                "-bom</artifactId>\n            <version>%s</version>".formatted(value(usual, "jetty.tested.version"));

        assertThat(Files.readString(ROOT.resolve(PAGE)).split(Pattern.quote(bom), -1))
                .hasSize(3);
    }

    /** The BOM has no parent whose properties it could use. */
    @Test
    void bom_hasTheSlf4jOfTheBuild() throws Exception {
        assertThat(properties("bom/pom.xml", "//dependency[artifactId='slf4j-api']/version"))
                .containsEntry("version", usual.get("slf4j.version"));
    }

    /** A library that the floor sets and the table does not list would be tested without being documented. */
    @Test
    void floor_setsNothingThatTheTableDoesNotShow() throws Exception {
        assertThat(properties("pom.xml", "/project/profiles/profile[id='floor']/properties/*"))
                .containsOnlyKeys(
                        "jetty.tested.version",
                        "tomcat.tested.version",
                        "undertow.version",
                        "lettuce.version",
                        "hikari.version",
                        "micrometer.version",
                        "jackson.version");
    }

    /** One jar serves both lines, so it must be compiled against the older one. */
    @Test
    void adaptersWithoutAServerOfTheirOwn_areCompiledAgainstTheFloor() {
        assertThat(value(usual, "jetty.version")).isEqualTo(value(floor, "jetty.tested.version"));
        assertThat(value(usual, "tomcat.version")).isEqualTo(value(floor, "tomcat.tested.version"));
    }

    private static List<String> row(String library, String property) {
        return List.of(library, value(usual, property), value(floor, property));
    }

    /** Library and versions, by column. */
    private static List<List<String>> rows() throws IOException {
        String page = Files.readString(ROOT.resolve(PAGE));
        String table = page.substring(page.indexOf("<!-- versions -->"), page.indexOf("<!-- /versions -->"));
        return table.lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .map(line ->
                        Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
                .map(cells -> cells.subList(1, 4))
                .toList();
    }

    private static String value(Map<String, String> properties, String name) {
        String value = properties.get(name);
        return value.startsWith("${") ? value(properties, value.substring(2, value.length() - 1)) : value;
    }

    private static String property(String pom, String name) throws Exception {
        return properties(pom, "/project/properties/*").get(name);
    }

    private static Map<String, String> properties(String pom, String path) throws Exception {
        var document = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(ROOT.resolve(pom).toFile());
        var nodes = (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, document, XPathConstants.NODESET);
        var found = new HashMap<String, String>();
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            found.put(node.getNodeName(), node.getTextContent());
        }
        return found;
    }
}
