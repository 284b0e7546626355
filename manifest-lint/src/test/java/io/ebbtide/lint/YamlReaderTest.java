package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.lint.Value.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class YamlReaderTest {
    private static final YamlReader.Limits SMALL = new YamlReader.Limits(3, 5, 40);

    @Test
    void value_keepsTheLineOfItsKey() throws BadInput {
        Value root = root("a:\n  b:\n    - c: 1\n    - c:\n        2\n");

        assertThat(root.at("a.b").items().get(1).at("c").line()).isEqualTo(4);
        assertThat(root.at("a.b").items().get(1).at("c").path()).isEqualTo("a.b[1].c");
    }

    @Test
    void absentValue_hasPathAndNearestPlace() throws BadInput {
        Value absent = root("a:\n  b: 1\n").at("a.x.y");

        assertThat(absent.exists()).isFalse();
        assertThat(absent.path()).isEqualTo("a.x.y");
        assertThat(absent.line()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "on, BOOLEAN",
        "'''on''', STRING",
        "yes, BOOLEAN",
        "0644, INTEGER",
        "0x1F, INTEGER",
        "1_000, INTEGER",
        "1.5, NUMBER",
        "1e3, NUMBER",
        "30s, STRING",
        "~, NULL",
        "y, STRING",
        "1.2.3, STRING",
        "08, NUMBER"
    })
    void scalar_isWhatKubernetesReads(String text, Kind kind) throws BadInput {
        assertThat(root("a: " + text).at("a").kind()).isEqualTo(kind);
    }

    @Test
    void duplicateKey_isToldWithBothLines_andReadingGoesOn() throws BadInput {
        var document = YamlReader.read("a: 1\nb: 2\na: 3\n", SMALL).get(0);

        assertThat(document.duplicates()).singleElement().satisfies(each -> {
            assertThat(each.firstLine()).isEqualTo(1);
            assertThat(each.second().line()).isEqualTo(3);
        });
        assertThat(document.root().at("b").text()).isEqualTo("2");
    }

    @Test
    void aliasAndMergeKey_areWhatTheyStandFor() throws BadInput {
        Value root = root("a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  q: 3\n");

        assertThat(root.at("b.q").text()).isEqualTo("2");
        assertThat(root.at("b").line()).isEqualTo(2);
        assertThat(root.at("c.p").text()).isEqualTo("1");
        assertThat(root.at("c.q").text()).isEqualTo("3");
    }

    @Test
    void anchorBomb_meetsTheLimit() {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 10; i++) {
            bomb.append("a%d: &a%d [%s*a%d]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(9), i - 1));
        }

        assertThatThrownBy(() -> YamlReader.read(bomb.toString(), YamlReader.Limits.USUAL))
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("too much: more than 400,000 values");
    }

    @Test
    void alias_toWhatContainsIt_isRefused() {
        assertThatThrownBy(() -> YamlReader.read("a: &a [*a]\n", SMALL))
                .isInstanceOf(BadInput.class)
                .hasMessage("not YAML: alias *a names no finished anchor before it");
    }

    @Test
    void deepNesting_isRefused() {
        assertThatThrownBy(() -> YamlReader.read("[".repeat(100_000), YamlReader.Limits.USUAL))
                .isInstanceOf(BadInput.class)
                .hasMessage("too much: more than 64 levels (expected: at most that many)");
    }

    @Test
    void manyDocuments_areRefused() {
        assertThatThrownBy(() -> YamlReader.read("--- a\n--- b\n--- c\n--- d\n", SMALL))
                .isInstanceOf(BadInput.class)
                .hasMessage("too much: more than 3 documents (expected: at most that many)");
    }

    @Test
    void syntaxError_hasItsLine() {
        assertThatThrownBy(() -> YamlReader.read("a: 1\nb: [1, 2\nc: 3\n", SMALL))
                .isInstanceOfSatisfying(BadInput.class, e -> {
                    assertThat(e.line()).isEqualTo(3);
                    assertThat(e.text()).startsWith("not YAML: ");
                });
    }

    private static Value root(String text) throws BadInput {
        return YamlReader.read(text, SMALL).get(0).root();
    }
}
