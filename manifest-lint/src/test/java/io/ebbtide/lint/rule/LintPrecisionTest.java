package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The list of judged findings, and the table that the page has of it. */
final class LintPrecisionTest {
    private static final Path FOLDER = Path.of("..", "docs", "operate");

    /** How many findings of one rule were judged, and how many of them are right. */
    private record Count(int judged, int right) {
        Count plus(boolean isRight) {
            return new Count(judged + 1, right + (isRight ? 1 : 0));
        }
    }

    @Test
    void eachLine_hasAKnownRule_anAddress_aVerdictAndAReason() throws IOException {
        assertThat(lines()).isNotEmpty().allSatisfy(each -> {
            assertThat(each)
                    .hasSize(6)
                    .allSatisfy(column -> assertThat(column.strip()).isEqualTo(column));
            assertThat(Rules.find(each.get(0))).isPresent();
            assertThat(each.get(1)).isIn("error", "warning", "note");
            assertThat(each.get(2)).matches("https://github\\.com/[^/]+/[^/]+/blob/[0-9a-f]{7}/\\S+");
            assertThat(each.get(4)).isIn("true", "false");
            assertThat(each.get(5)).isNotEmpty();
        });
    }

    @Test
    void ruleWithFiveFindingsOrMore_isRightInNineOfTen() throws IOException {
        assertThat(counts()).allSatisfy((rule, count) -> {
            assertThat(count.judged()).isLessThanOrEqualTo(20);
            if (count.judged() >= 5) {
                assertThat(count.right() * 10).as(rule).isGreaterThanOrEqualTo(count.judged() * 9);
            }
        });
    }

    @Test
    void table_hasTheNumbersOfTheList() throws IOException {
        String page = Files.readString(FOLDER.resolve("lint.md"));

        counts().forEach((rule, count) -> assertThat(page)
                .containsPattern("(?m)^\\| \\[%s]\\(#%s\\) \\| [a-z/]+ \\| [\\d,]+ \\| %d \\| %d \\|$"
                        .formatted(rule, rule, count.judged(), count.right())));
        int judged = counts().values().stream().mapToInt(Count::judged).sum();
        int right = counts().values().stream().mapToInt(Count::right).sum();
        assertThat(page).contains("Of %d findings %d are right".formatted(judged, right));
    }

    private static Map<String, Count> counts() throws IOException {
        return lines().stream()
                .collect(Collectors.toMap(
                        each -> each.get(0),
                        each -> new Count(0, 0).plus(each.get(4).equals("true")),
                        (one, other) -> new Count(one.judged() + other.judged(), one.right() + other.right()),
                        TreeMap::new));
    }

    private static List<List<String>> lines() throws IOException {
        return Files.readAllLines(FOLDER.resolve("lint-precision.tsv")).stream()
                .skip(1)
                .map(each -> List.of(each.split("\t", -1)))
                .toList();
    }
}
