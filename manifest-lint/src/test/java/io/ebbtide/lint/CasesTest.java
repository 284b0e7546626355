package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small manifests on which the lint was once wrong, or must stay right; made from situations in public manifests and bug reports.
 * {@code EXPECT.tsv} has what is right: rules that must be found, {@code not RULE}, {@code only RULE}, {@code none} for no
 * finding at all, {@code parse ok} for no error.
 */
final class CasesTest {
    private static final Path FOLDER = Path.of("src/test/resources/cases");

    /** One line of the table. */
    record Case(String file, String expected) {
        @Override
        public String toString() {
            return file + ": " + expected;
        }
    }

    static List<Case> cases() throws IOException {
        return Files.readAllLines(FOLDER.resolve("EXPECT.tsv")).stream()
                .skip(1)
                .map(each -> each.split("\t", -1))
                .map(each -> new Case(each[0], each[1]))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void manifest_isJudgedAsTheTableHasIt(Case each) {
        List<Finding> findings = ManifestLint.of(FOLDER.resolve(each.file())).findings();
        List<String> rules = findings.stream().map(Finding::rule).toList();

        if (each.expected().equals("none")) {
            assertThat(findings).isEmpty();
        } else if (each.expected().equals("parse ok")) {
            assertThat(findings).extracting(Finding::severity).doesNotContain(Severity.ERROR);
        } else if (each.expected().startsWith("not ")) {
            assertThat(rules).doesNotContain(each.expected().substring("not ".length()));
        } else if (each.expected().startsWith("only ")) {
            assertThat(rules).containsExactly(each.expected().substring("only ".length()));
        } else {
            assertThat(rules).contains(each.expected().split(" ", -1));
        }
    }

    @Test
    void table_hasEachFileOnce_andNamesKnownRules() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(cases())
                    .extracting(Case::file)
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(each -> each.getFileName().toString())
                                    .filter(each -> !each.equals("EXPECT.tsv"))
                                    .toList());
        }
        assertThat(cases())
                .extracting(Case::expected)
                .filteredOn(each -> !each.equals("none") && !each.equals("parse ok"))
                .flatExtracting(
                        each -> List.of(each.replaceFirst("^(not|only) ", "").split(" ", -1)))
                .allMatch(each -> Rules.find(each).isPresent());
    }

    @Test
    void initialDelay_isCountedFromTheContainersStart() {
        assertThat(ManifestLint.of(FOLDER.resolve("47-initial-delay-text.yaml")).findings())
                .filteredOn(each -> each.rule().equals("superfluous-initial-delay"))
                .extracting(Finding::numbers)
                .containsExactly(
                        "readinessProbe does not run for 10 s from the container's start; the startup probe ends by itself "
                                + "when the start is over");
    }
}
