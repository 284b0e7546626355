package io.ebbtide.lint.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DocumentsTest {
    private static final Limits SMALL = new Limits(5, 5, 60);

    @Test
    void documentThatCannotBeRead_keepsNoOtherFromBeingRead() {
        Documents documents = Documents.of("a: 1\n---\nb: [1\n---\nc: 3\n---\n{d: \"4}\n", SMALL);

        assertThat(roots(documents)).containsExactly("a", "c");
        assertThat(documents.problems()).extracting(BadInput::line).containsExactly(4, 8);
    }

    @Test
    void lines_areCountedFromTheBeginningOfTheText() {
        Documents documents = Documents.of("# first\n---\na: 1\n--- # second\nb: 2\n...\n---   \nc: 3\n", SMALL);

        assertThat(documents.read()).extracting(each -> each.root().line()).containsExactly(3, 5, 8);
        assertThat(documents.problems()).isEmpty();
    }

    /** As Longhorn's manifest has it; Kubernetes' parser reads an empty text. */
    @ParameterizedTest
    @ValueSource(
            strings = {"|-\n---\nb: 1\n", "|-\n    \n---\nb: 1\n", ">\n\n  b: 2\n---\nb: 1\n", "|\nb: |\n---\nb: |-"})
    void blockScalarWithoutText_isEmpty(String rest) {
        Documents documents = Documents.of("data:\n  a: " + rest, Limits.USUAL);

        assertThat(documents.problems()).isEmpty();
        assertThat(documents.read()).hasSize(2);
        assertThat(documents.read().get(0).root().at("data.a").text()).isEmpty();
    }

    @Test
    void directive_goesWithItsDocument() {
        Documents documents = Documents.of("%YAML 1.2\n---\na: 1\n---\nb: 2\n", SMALL);

        assertThat(roots(documents)).containsExactly("a", "b");
    }

    @Test
    void contentBesideTheSeparator_isRead() {
        assertThat(roots(Documents.of("--- {a: 1}\n---  # second\nb: 2\n", SMALL)))
                .containsExactly("a", "b");
        assertThat(roots(Documents.of("a: |\n  ---\n  text\n---b: 1\n", SMALL))).containsExactly("a");
    }

    @Test
    void jsonObjects_areAStream() {
        Documents documents =
                Documents.of("{\"a\": 1}\n\t{\"b\":\n {\"c\": [1, 2.0, \"x\", null, true]}} {\"d\": 1}", SMALL);

        assertThat(roots(documents)).containsExactly("a", "b", "d");
        Value list = documents.read().get(1).root().at("b.c");
        assertThat(list.line()).isEqualTo(3);
        assertThat(list.items())
                .extracting(Value::kind)
                .containsExactly(
                        ValueKind.INTEGER, ValueKind.INTEGER, ValueKind.STRING, ValueKind.NULL, ValueKind.BOOLEAN);
    }

    @Test
    void keyThatStandsTwiceInJson_isReportedWithBothLines() {
        Documents documents = Documents.of("{\"a\": 1,\n\"a\": 2}", SMALL);

        assertThat(documents.read().get(0).duplicates()).singleElement().satisfies(each -> {
            assertThat(each.firstLine()).isEqualTo(1);
            assertThat(each.second().line()).isEqualTo(2);
        });
    }

    @Test
    void flowMappingThatIsNoJson_isReadAsYaml() {
        assertThat(roots(Documents.of("{a: 1, b: [x, y]}\n---\nc: 1\n", SMALL))).containsExactly("a", "c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": [[[[[[1]]]]]]}|too much: more than 5 levels (expected: at most that many)",
                "{\"a\":1}{\"a\":1}{\"a\":1}{\"a\":1}{\"a\":1}{\"a\":1}|too much: more than 5 documents (expected: at most that many)"
            })
    void limits_holdForJson(String text, String problem) {
        assertThat(Documents.of(text, SMALL).problems().stream().map(BadInput::text))
                .containsExactly(problem);
    }

    @Test
    void limits_holdForAllDocumentsTogether() {
        Documents documents = Documents.of("a: [1, 2, 3, 4, 5, 6, 7, 8, 9]\n---\n".repeat(7), SMALL);

        assertThat(documents.problems())
                .singleElement()
                .satisfies(each -> assertThat(each.text()).startsWith("too much: more than 60 values"));
    }

    private static List<String> roots(Documents documents) {
        return documents.read().stream()
                .map(each -> each.root().fields().iterator().next().key())
                .toList();
    }
}
