package io.ebbtide.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Benchmarks run when everything else is built, because their module depends on every other. */
final class ReactorOrderTest {
    @Test
    void everyModule_isADependencyOfBenchmarks() throws Exception {
        List<String> modules = new ArrayList<>();
        collect(Path.of(".."), modules);
        NodeList dependencies = pom(Path.of("")).getElementsByTagName("dependency");

        assertThat(modules).contains("ebbtide-core", "deploy-tests").hasSizeGreaterThan(10);
        assertThat(elements(dependencies).map(ReactorOrderTest::artifact))
                .as("dependencies in benchmarks/pom.xml, its profile 'benchmark' included")
                .containsAll(modules);
    }

    /** The modules that are built below a folder, but for the benchmarks. */
    private static void collect(Path folder, List<String> modules) throws Exception {
        for (Element module :
                elements(pom(folder).getElementsByTagName("module")).toList()) {
            Path below = folder.resolve(module.getTextContent());
            Element pom = pom(below);
            if (pom.getElementsByTagName("module").getLength() > 0) {
                collect(below, modules);
            } else if (!artifact(pom).equals("ebbtide-benchmarks")) {
                modules.add(artifact(pom));
            }
        }
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
