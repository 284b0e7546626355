package io.ebbtide.lint.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class YamlReaderTest {
    private static final Limits SMALL = new Limits(3, 5, 40);

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
        "1e3, INTEGER",
        "1e30, NUMBER",
        "30s, STRING",
        "~, NULL",
        "y, BOOLEAN",
        "N, BOOLEAN",
        "0100, INTEGER",
        "0o17, INTEGER",
        "+12, INTEGER",
        "3.0, INTEGER",
        "3.5, NUMBER",
        "'!!int \"5\"', INTEGER",
        "'!!str 5', STRING",
        "'!!bool \"on\"', BOOLEAN",
        "'!Ref x', STRING",
        "2026-11-29, STRING",
        "1:30, STRING",
        "0x, STRING",
        "99999999999999999999999, NUMBER",
        "1.2.3, STRING",
        "08, INTEGER"
    })
    void scalar_isWhatKubernetesReads(String text, ValueKind kind) throws BadInput {
        assertThat(root("a: " + text).at("a").kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "0100, 64",
        "-010, -8",
        "0x64, 100",
        "0b101, 5",
        "1_00, 100",
        "3.0, 3",
        "1e3, 1000",
        "08, 8",
        "4294967296, 4294967296",
        "18446744073709551615, 18446744073709551615",
        "'!!int \"0x10\"', 16",
        "Y, true",
        "n, false"
    })
    void text_isTheValueThatKubernetesReads(String text, String value) throws BadInput {
        assertThat(root("a: " + text).at("a").text()).isEqualTo(value);
    }

    @Test
    void number_isShownAsItIsWritten() throws BadInput {
        Value value = root("a: 0100").at("a");

        assertThat(value.written()).isEqualTo("0100");
        assertThat(value.integer()).hasValue(64);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 1023, 1024, 1025, 2047, 8191})
    void characterOfTwoChars_isReadWhereverItStands(int before) throws BadInput {
        String text = "x".repeat(before) + "\uD83D\uDE80 go";

        assertThat(root("a: " + text + "\n").at("a").text()).isEqualTo(text);
    }

    @Test
    void tabsBeforeALinesEnd_meanNothing() throws BadInput {
        Value root = root("a:\t\n  b: 1 \t \n  c: |\n    one\t\n    two\nd:\t# why\n  - e\t\r\nf:\tg\n");

        assertThat(root.at("a.b").text()).isEqualTo("1");
        assertThat(root.at("f").text()).isEqualTo("g");
        assertThat(root.at("d").items().get(0).text()).isEqualTo("e");
    }

    @Test
    void tabWithinAValue_stays() throws BadInput {
        assertThat(root("a: \"x\ty\"\nb: |\n  one\ttwo\t\n").at("b").text()).isEqualTo("one\ttwo\t\n");
    }

    @Test
    void duplicateKey_isReportedWithBothLines_andReadingContinues() throws BadInput {
        var document = YamlReader.read("a: 1\nb: 2\na: 3\n", SMALL).get(0);

        assertThat(document.duplicates()).singleElement().satisfies(each -> {
            assertThat(each.firstLine()).isEqualTo(1);
            assertThat(each.second().line()).isEqualTo(3);
        });
        assertThat(document.root().at("b").text()).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 15, 16, 17, 40})
    void keyThatStandsThreeTimes_hasItsLastValueInItsFirstPlace(int others) throws BadInput {
        var text = new StringBuilder("k: {a: 1}\n");
        for (int i = 0; i < others; i++) {
            text.append("x").append(i).append(": ").append(i).append("\n");
        }
        text.append("k: 2\nk: {b: 3, b: 4}\n");

        var document = YamlReader.read(text.toString(), Limits.USUAL).get(0);

        List<Value> fields = document.root().fields();
        assertThat(fields).hasSize(1 + others);
        assertThat(fields.get(0).at("b").text()).isEqualTo("4");
        assertThat(fields.get(0).at("b").path()).isEqualTo("k.b");
        assertThat(document.duplicates())
                .extracting(each -> each.second().path() + " " + each.firstLine())
                .containsExactly("k 1", "k.b " + (others + 3), "k " + (others + 2));
    }

    @Test
    void fieldOfAMergeKey_hasItsPlaceThere() throws BadInput {
        Value root = root("a: &a {p: 1}\nb: &b\n  <<: *a\n  q: 2\nc:\n  <<: [*a, *b]\n  r: 3\n");

        assertThat(root.at("c").fields()).extracting(Value::key).containsExactly("r", "p", "q");
        assertThat(root.at("c.q").path()).isEqualTo("c.<<[1].q");
        assertThat(root.at("c.q").line()).isEqualTo(4);
        assertThat(root.at("c.q").parent().path()).isEqualTo("c.<<[1]");
        assertThat(root.at("c.q").isWithin(root.at("c"))).isTrue();
        assertThat(root.at("c.q").isWithin(root.at("b"))).isFalse();
        assertThat(root.at("c.<<").exists()).isFalse();
    }

    @Test
    void aliasAndMergeKey_areExpanded() throws BadInput {
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

        assertThatThrownBy(() -> YamlReader.read(bomb.toString(), Limits.USUAL))
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
        assertThatThrownBy(() -> YamlReader.read("[".repeat(100_000), Limits.USUAL))
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
