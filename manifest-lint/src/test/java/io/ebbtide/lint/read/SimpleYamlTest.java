package io.ebbtide.lint.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader of simple documents reads them as the parser of all of YAML does, and no others. */
final class SimpleYamlTest {
    private static final long SEED = Long.getLong("damage.seed", 20_261_130);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: 1\n",
                "---\na: 1\n",
                "--- # why\n\na: b # c\nd: e#f\n",
                "  a: 1\n  b: 2",
                "a:\n  b:\n\n    c: x y\n  # d\ne: 'f: g'\n",
                "a:\n- b: 1\n  c: 2\n- d\n-   e:\n      f: g\nh:\n  - i\n",
                "a: []\nb: [ ]\nc: {}\nd: [x, -c, \"y, z\", 'w', 1, true,0100]\n",
                "a: |\n  one\n\n    two # three\n\n\nb: |-\n    x\n",
                "l:\n- a: |\n    one\n",
                "a:\nb: ~\nc: \"\"\nd: ''\n",
                "on: off\n404: 0x1F\n1.5: 3.0\n",
                "a: 1\na: 2\nb: {}\na: 3\n",
                "a: \u00FC\u4E2D x\n",
                "a: http://b:80/c\nd: -1\ne: $(F)\ng: =h\n",
                "a: -b\n",
                "---\n",
                "# nothing\n"
            })
    void simpleDocument_isReadByBothAlike(String text) throws BadInput {
        assertThat(isSimple(text)).isTrue();
        assertThat(dump(reader().read(text, 7))).isEqualTo(dump(reader().readAnyYaml(text, 7)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: &b 1\n",
                "a: *b\n",
                "a: !!int 1\n",
                "a: \"\\n\"\n",
                "a: 'it''s'\n",
                "a: b\n  c\n",
                "a: >\n  b\n",
                "a: |+\n  b\n",
                "a: |\n",
                "a: {b: c}\n",
                "a: [b: c]\n",
                "a: [b,]\n",
                "a: [b\n]\n",
                "a: b: c\n",
                "a: b:\n",
                "a: \"b\" c\n",
                "a: \"b\"#c\n",
                "<<: a\n",
                "? a\n",
                "a:\t1\n",
                "a: 1\r\n",
                "- a\n",
                "a\n",
                "a:\n- - b\n",
                "a:\n-\n  b: 1\n",
                "a: - b\n",
                "a: 1\n b: 2\n",
                "a:\n   b: 1\n  c: 2\n",
                "%YAML 1.1\n---\na: 1\n",
                "a: 1\n...\n",
                "a: 1\n--- b\n",
                "a: @b\n",
                "a: `b`\n"
            })
    void anythingElse_isNotSimple(String text) {
        assertThat(isSimple(text)).isFalse();
    }

    @Test
    void longKeyDepthAndLimits_areForTheOtherParser() {
        assertThat(isSimple("a".repeat(300) + ": 1\n")).isFalse();
        assertThat(values("a:\n  b:\n    c: 1\n", 1, 99)).isEqualTo(SimpleYaml.NOT_SIMPLE);
        assertThat(values("a: 1\nb: 2\n", 9, 4)).isEqualTo(SimpleYaml.NOT_SIMPLE);
        assertThat(values("a: 1\nb: 2\n", 9, 5)).isEqualTo(5);
    }

    @Test
    void damagedDocuments_areReadByBothAlike() throws IOException {
        compare(3_000);
    }

    @Test
    @Tag("full")
    void damagedDocuments_areReadByBothAlike_200000Times() throws IOException {
        compare(200_000);
    }

    private static void compare(int rounds) throws IOException {
        List<byte[]> originals = DamagedInputTest.originals();
        var random = new Random(SEED);
        int simple = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] damaged = DamagedInputTest.damaged(originals.get(random.nextInt(originals.size())), random);
            for (String part : new String(damaged, StandardCharsets.UTF_8).split("(?m)^(?=---)", -1)) {
                if (isSimple(part)) {
                    simple++;
                    assertThat(both(part))
                            .as("seed %d, round %d:%n%s", SEED, round, part)
                            .isTrue();
                }
            }
        }
        assertThat(simple).as("documents that are simple").isGreaterThan(rounds / 5);
    }

    private static boolean both(String part) {
        try {
            return dump(reader().read(part, 3)).equals(dump(reader().readAnyYaml(part, 3)));
        } catch (BadInput e) {
            return false;
        }
    }

    private static boolean isSimple(String text) {
        return values(text, Limits.USUAL.depth(), Limits.USUAL.values()) != SimpleYaml.NOT_SIMPLE;
    }

    private static int values(String text, int depth, int values) {
        return SimpleYaml.read(text, 0, new Limits(1, depth, values), new TreeBuilder(), new Texts(64));
    }

    private static YamlReader reader() {
        return new YamlReader(Limits.USUAL, new Texts(64));
    }

    private static List<String> dump(List<Document> documents) {
        var lines = new ArrayList<String>();
        for (Document document : documents) {
            dump(document.root(), lines);
            document.duplicates().forEach(each -> lines.add(each.firstLine() + " and " + each.second()));
        }
        return lines;
    }

    private static void dump(Value value, List<String> lines) {
        lines.add("%s %d:%d %s %s".formatted(value.kind(), value.line(), value.column(), value, value.written()));
        value.fields().forEach(each -> dump(each, lines));
        value.items().forEach(each -> dump(each, lines));
    }
}
