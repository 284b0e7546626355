package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rule has a manifest that trips it and nothing else, and one like it that trips nothing; one more of them, such as {@code
 * bad-keda.yaml}, for each other source that the rule reads.
 */
final class RulesTest {
    private static final Path FOLDER = Path.of("src/test/resources/rules");

    static Stream<String> rules() {
        return Rules.all().stream().map(Rule::id);
    }

    static List<String> bad() throws IOException {
        return manifests("bad");
    }

    static List<String> good() throws IOException {
        return manifests("good");
    }

    private static List<String> manifests(String kind) throws IOException {
        try (Stream<Path> all = Files.walk(FOLDER)) {
            return all.filter(each -> each.getFileName().toString().matches(kind + "(-[a-z0-9-]+)?\\.yaml"))
                    .map(each -> FOLDER.relativize(each).toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("bad")
    void badManifest_tripsItsRuleAlone(String name) throws IOException {
        Path bad = FOLDER.resolve(name);
        String id = bad.getParent().getFileName().toString();

        assertThat(found(bad, id)).isEqualTo(expected(bad, id));
    }

    @ParameterizedTest
    @MethodSource("good")
    void goodManifest_tripsNothing(String name) {
        assertThat(found(FOLDER.resolve(name), "")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void folder_hasBothAndNothingElse(String id) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve(id))) {
            assertThat(files.map(each -> each.getFileName().toString()))
                    .contains("bad.yaml", "good.yaml")
                    .allMatch(each -> each.matches("(bad|good)(-[a-z0-9-]+)?\\.yaml"));
        }
    }

    @Test
    void folders_areThoseOfRulesAndNoOther() throws IOException {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            assertThat(folders.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(rules().toList());
        }
    }

    @Test
    void ids_fitIntoAnAnnotationsName() {
        assertThat(rules())
                .doesNotHaveDuplicates()
                .allMatch(each -> each.matches("[a-z]+(-[a-z]+)*"))
                .allMatch(each -> ("ignore." + each).length() <= 63);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void everyFinding_hasNumbersAndFixAndLine(String name) {
        for (Finding each : ManifestLint.of(FOLDER.resolve(name)).findings()) {
            assertThat(each.numbers()).isNotBlank();
            assertThat(each.fix()).isNotBlank();
            assertThat(each.line()).isPositive();
        }
    }

    /** The rule itself, and those that a comment on top of the manifest names: {@code # also: other-rule}. */
    private static Set<String> expected(Path bad, String id) throws IOException {
        var expected = new TreeSet<>(Set.of(id));
        String first = Files.readAllLines(bad).get(0);
        if (first.startsWith("# also: ")) {
            expected.addAll(List.of(first.substring("# also: ".length()).split(" ", -1)));
        }
        return expected;
    }

    /** Kinds of custom resources are unknown in many of them; that note counts in its own test alone. */
    private static Set<String> found(Path file, String id) {
        return ManifestLint.of(file).findings().stream()
                .map(Finding::rule)
                .filter(each -> !each.equals("unknown-kind") || id.equals("unknown-kind"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
