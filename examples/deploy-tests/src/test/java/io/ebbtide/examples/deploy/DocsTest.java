package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The links of the pages about operation are valid, and the pages name each option. */
final class DocsTest {
    private static final Path OPERATE = Path.of("../../docs/operate");
    private static final Pattern FOR_A_CLUSTER =
            Pattern.compile("^    (kubectl (?!kustomize)|helm (?!template)|aws |promtool query)");
    private static final Pattern NEEDS_ONE = Pattern.compile("(?i)needs (a|the) cluster");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

    @Test
    void links_leadToFilesAndChapters() throws IOException {
        var dead = new ArrayList<String>();
        for (Path page : pages()) {
            for (String link : LINK.matcher(Files.readString(page))
                    .results()
                    .map(found -> found.group(1))
                    .filter(found -> !found.startsWith("http"))
                    .toList()) {
                String[] parts = link.split("#", 2);
                Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
                if (!Files.exists(target)
                        || (parts.length == 2 && !anchors(target).contains(parts[1]))) {
                    dead.add(page.getFileName() + ": " + link);
                }
            }
        }

        assertThat(dead).isEmpty();
    }

    @Test
    void pages_areAllThere() throws IOException {
        assertThat(pages().stream().map(page -> page.getFileName().toString()))
                .contains(
                        "kubernetes.md",
                        "aws.md",
                        "gateways-and-ingress.md",
                        "autoscaling.md",
                        "rollout-and-rollback.md",
                        "troubleshooting.md",
                        "runbooks.md",
                        "best-practices.md");
    }

    @Test
    void options_areAllNamed() throws IOException {
        String readme = Files.readString(Setup.DEPLOY.resolve("README.md"));

        assertThat(Setup.options()).allSatisfy(option -> assertThat(readme).contains("`" + option + "`"));
    }

    /** The heading of a command, or the words before it, say whether it was run, or what it needs. */
    @Test
    void commands_forACluster_areEachMarkedSo() throws IOException {
        var unmarked = new ArrayList<String>();
        for (Path page : pages()) {
            String heading = "";
            String words = "";
            for (String part : Files.readString(page).split("\n\n+", -1)) {
                if (part.startsWith("#")) {
                    heading = part;
                    words = "";
                } else if (!part.startsWith("    ")) {
                    words = part;
                } else if (!NEEDS_ONE.matcher(heading + words).find()) {
                    part.lines()
                            .filter(FOR_A_CLUSTER.asPredicate())
                            .forEach(line -> unmarked.add(page.getFileName() + ": " + line.strip()));
                }
            }
        }

        assertThat(unmarked).isEmpty();
    }

    /** Helm's release cannot label the namespace that it lives in. */
    @Test
    void namespace_ofKustomize_isLabelledByHandForHelm() throws IOException {
        String page = Files.readString(OPERATE.resolve("kubernetes.md"));
        JsonNode labels = Rendering.YAML
                .readTree(Setup.DEPLOY.resolve("kustomize/base/namespace.yaml").toFile())
                .at("/metadata/labels");

        assertThat(labels).isNotEmpty();
        assertThat(labels.properties())
                .allSatisfy(label -> assertThat(page)
                        .contains("kubectl label namespace shop " + label.getKey() + "="
                                + label.getValue().asText()));
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> operate = Files.list(OPERATE)) {
            Stream<Path> texts =
                    operate.filter(each -> each.getFileName().toString().endsWith(".md"));
            return Stream.concat(texts, Stream.of(Setup.DEPLOY.resolve("README.md")))
                    .toList();
        }
    }

    /** As GitHub makes them from headings. */
    private static Set<String> anchors(Path page) throws IOException {
        return Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
