package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.ManifestLint;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.fixture.Fixtures;
import io.ebbtide.lint.fixture.Fixtures.Fixture;
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
 * Each rule has a file with a case, {@code bad}, that has a finding of this rule only, and a similar one, {@code good}, without
 * findings; one more of them, such as {@code bad-keda}, for each other source that the rule reads.
 */
final class RulesTest {
    private static final Path FOLDER = Fixtures.path("rules");

    static Stream<String> rules() {
        return Rules.all().stream().map(Rule::id);
    }

    static List<Fixture> bad() {
        return manifests("bad");
    }

    static List<Fixture> good() {
        return manifests("good");
    }

    private static List<Fixture> manifests(String kind) {
        return Fixtures.of("rules").stream()
                .filter(each -> each.name().matches(".+/" + kind + "(-[a-z0-9-]+)?\\.yaml"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void badManifest_tripsItsRuleAlone(Fixture bad) {
        String id = bad.name().substring(0, bad.name().indexOf('/'));
        var expected = new TreeSet<>(bad.also());
        expected.add(id);

        assertThat(found(bad, id)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("good")
    void goodManifest_hasNoFinding(Fixture good) {
        assertThat(found(good, "")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void file_hasBothAndNothingElse(String id) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve(id))) {
            assertThat(files.map(each -> each.getFileName().toString()))
                    .contains("bad.yaml", "good.yaml")
                    .allMatch(each -> each.matches("(bad|good)(-[a-z0-9-]+)?\\.yaml"));
        }
    }

    @Test
    void files_areThoseOfRulesAndNoOther() throws IOException {
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
    void everyFinding_hasNumbersAndFixAndLine(Fixture bad) {
        for (Finding each : ManifestLint.of(FOLDER.resolve(bad.name())).findings()) {
            assertThat(each.numbers()).isNotBlank();
            assertThat(each.fix()).isNotBlank();
            assertThat(each.line()).isPositive();
        }
    }

    /** Kinds of custom resources are unknown in many of them; that note counts in its own test alone. */
    private static Set<String> found(Fixture fixture, String id) {
        return ManifestLint.of(FOLDER.resolve(fixture.name())).findings().stream()
                .map(Finding::rule)
                .filter(each -> !each.equals("unknown-kind") || id.equals("unknown-kind"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
