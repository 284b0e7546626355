package io.ebbtide.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Each command builds what it needs: the benchmarks run when all else is built, as -Pbenchmark builds only what they depend on. */
final class ReactorOrderTest {
    private static final Path ROOT = Path.of("..");

    @Test
    void everyModule_thatIsBuiltWithTheBenchmarks_isADependencyOfThem() throws Exception {
        List<String> modules = new ArrayList<>();
        collect(ROOT, "benchmark", modules);
        NodeList dependencies = pom(Path.of("")).getElementsByTagName("dependency");

        assertThat(modules)
                .contains("ebbtide-core", "orders-service", "ebbtide-lint")
                .doesNotContain("deploy-tests");
        assertThat(elements(dependencies).map(ReactorOrderTest::artifact))
                .as("dependencies in benchmarks/pom.xml")
                .containsAll(modules);
    }

    @Test
    void demo_buildsOnlyWhatItRuns() throws Exception {
        List<String> modules = new ArrayList<>();
        collect(ROOT, "demo", modules);

        assertThat(modules)
                .containsExactlyInAnyOrder(
                        "ebbtide-core",
                        "ebbtide-testkit",
                        "ebbtide-undertow",
                        "ebbtide-jdbc",
                        "ebbtide-redis",
                        "orders-service",
                        "demo");
    }

    @Test
    void everyFolder_withAPom_isBuiltByDefault() throws Exception {
        List<String> modules = new ArrayList<>();
        collect(ROOT, "everything", modules);
        List<String> folders = new ArrayList<>();
        for (Path parent : List.of(ROOT, ROOT.resolve("examples"))) {
            try (Stream<Path> files = Files.list(parent)) {
                for (Path folder : files.filter(each -> Files.exists(each.resolve("pom.xml")))
                        .toList()) {
                    if (Files.exists(folder.resolve("src"))) {
                        folders.add(artifact(pom(folder)));
                    }
                }
            }
        }

        assertThat(modules).contains("deploy-tests").doesNotHaveDuplicates();
        assertThat(folders).contains("ebbtide-benchmarks").hasSizeGreaterThan(20);
        assertThat(modules)
                .containsAll(folders.stream()
                        .filter(each -> !each.equals("ebbtide-benchmarks"))
                        .toList());
    }

    /** The modules with code that are built below a folder with a profile, but for the benchmarks. */
    private static void collect(Path folder, String profile, List<String> modules) throws Exception {
        for (Element module :
                elements(pom(folder).getElementsByTagName("module")).toList()) {
            if (!isIn(module, profile)) {
                continue;
            }
            Path below = folder.resolve(module.getTextContent());
            Element pom = pom(below);
            if (pom.getElementsByTagName("module").getLength() > 0) {
                collect(below, profile, modules);
            } else if (!artifact(pom).equals("ebbtide-benchmarks") && Files.exists(below.resolve("src"))) {
                modules.add(artifact(pom));
            }
        }
    }

    /** Whether a module is listed for all profiles, or for this one. */
    private static boolean isIn(Element module, String profile) {
        Element owner = (Element) module.getParentNode().getParentNode();
        return !owner.getTagName().equals("profile")
                || owner.getElementsByTagName("id").item(0).getTextContent().equals(profile);
    }

    private static Element pom(Path folder) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(folder.resolve("pom.xml").toFile())
                .getDocumentElement();
    }

    /** The artifactId right below an element, not that of a parent or an exclusion. */
    private static String artifact(Element element) {
        return elements(element.getChildNodes())
                .filter(child -> child.getTagName().equals("artifactId"))
                .map(Node::getTextContent)
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Element> elements(NodeList nodes) {
        return Stream.iterate(0, i -> i < nodes.getLength(), i -> i + 1)
                .map(nodes::item)
                .filter(Element.class::isInstance)
                .map(Element.class::cast);
    }
}
