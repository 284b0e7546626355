package io.ebbtide.lint.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.lint.ManifestLint;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SourcesTest {
    private static final String CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n";

    @TempDir
    Path folder;

    @Test
    void folder_isReadRecursively_withWhatEndsRight() throws IOException {
        Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(folder.resolve("a/one.yaml"), CONFIG);
        Files.writeString(folder.resolve("a/b/two.yml"), CONFIG.replace("one", "two"));
        Files.writeString(
                folder.resolve("three.json"),
                "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"ConfigMap\",\n\t\"metadata\": {\"name\": \"three\"}\n}\n");
        Files.writeString(folder.resolve("four.txt"), "{{{");

        ManifestLint lint = ManifestLint.of(folder);

        assertThat(lint.findings()).isEmpty();
        assertThat(lint.objects()).isEqualTo(3);
    }

    @Test
    void linkBackToAFolderAbove_isReportedOnce() throws IOException {
        Files.writeString(folder.resolve("one.yaml"), CONFIG);
        Files.createSymbolicLink(folder.resolve("again"), folder);

        ManifestLint lint = ManifestLint.of(folder);

        assertThat(lint.objects()).isEqualTo(1);
        assertThat(problems(lint))
                .containsExactly("a link leads back to this folder (expected: a tree); the folder is read once");
    }

    @Test
    void folder_thatIsNamedTwice_isReadOnce() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        Path file = Files.writeString(sub.resolve("one.yaml"), CONFIG);

        for (ManifestLint lint : List.of(
                ManifestLint.of(folder, folder), ManifestLint.of(folder, sub), ManifestLint.of(sub, folder, file))) {
            assertThat(lint.findings()).isEmpty();
            assertThat(lint.objects()).isEqualTo(1);
        }
    }

    @Test
    void linkToAFolderBesides_isNoLoop() throws IOException {
        Path one = Files.createDirectory(folder.resolve("one"));
        Files.writeString(one.resolve("one.yaml"), CONFIG);
        Files.createSymbolicLink(folder.resolve("two"), one);

        ManifestLint lint = ManifestLint.of(folder);

        assertThat(lint.findings()).isEmpty();
        assertThat(lint.objects()).isEqualTo(1);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void namedPipe_isReadIfItIsNamed_andNotIfItLiesInAFolder() throws IOException, InterruptedException {
        Path pipe = folder.resolve("pipe.yaml");
        Path file = Files.writeString(folder.resolve("one.txt"), CONFIG);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        new ProcessBuilder("sh", "-c", "cat \"$1\" > \"$2\"", "sh", file.toString(), pipe.toString()).start();

        ManifestLint named = ManifestLint.of(pipe);

        assertThat(named.findings()).isEmpty();
        assertThat(named.objects()).isEqualTo(1);
        assertThat(problems(ManifestLint.of(folder)))
                .containsExactly("not a regular file (expected: a file, a folder, or - for standard input)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n---\n", "apiVersion: v1\nkind: List\nitems: []\n"})
    void inputWithoutAnyObject_isNotPassed(String text) throws IOException {
        Files.writeString(folder.resolve("a.yaml"), text);

        for (ManifestLint lint : List.of(ManifestLint.of(folder), ManifestLint.of(folder.resolve("a.yaml")))) {
            assertThat(problems(lint))
                    .containsExactly("nothing to check: no Kubernetes object (expected: at least one)");
            assertThatThrownBy(lint::assertClean)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("nothing to check");
        }
    }

    @Test
    void noInputAtAll_isNotPassed() {
        assertThatThrownBy(() -> ManifestLint.of().assertClean())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("<no input>: error: This input cannot be read.");
    }

    @ParameterizedTest
    @CsvSource({
        "'apiversion: v1\nkind: ConfigMap', no apiVersion",
        "'apiVersion: v1\nKind: ConfigMap', no kind",
        "'apiVersion: 1\nkind: ConfigMap', apiVersion is not a name (expected: a string)",
        "'apiVersion: v1\nkind: [a]', kind is not a name (expected: a string)",
        "'- a', no kind"
    })
    void documentThatIsNoObject_isAnErrorIfItIsNamed_andANoteInAFolder(String text, String numbers) throws IOException {
        Files.writeString(folder.resolve("one.yaml"), CONFIG);
        Path file = Files.writeString(folder.resolve("two.yaml"), text);

        assertThat(ManifestLint.of(folder).findings()).singleElement().satisfies(each -> {
            assertThat(each.rule()).isEqualTo("not-a-manifest");
            assertThat(each.severity()).isEqualTo(Severity.NOTE);
            assertThat(each.numbers()).isEqualTo(numbers);
        });
        assertThat(ManifestLint.of(file).findings())
                .filteredOn(each -> each.rule().equals("not-a-manifest"))
                .extracting(Finding::severity)
                .containsExactly(Severity.ERROR);
    }

    @Test
    void byteOrderMark_beforeAnyDocument_isSkipped() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.yaml"),
                "\uFEFF" + CONFIG + "---\n\uFEFF" + CONFIG.replace("one", "two") + "\uFEFF---\n"
                        + CONFIG.replace("one", "three"));

        ManifestLint lint = ManifestLint.of(file);

        assertThat(lint.findings()).isEmpty();
        assertThat(lint.objects()).isEqualTo(3);
    }

    @Test
    void missingFile_isReported() {
        ManifestLint lint = ManifestLint.of(folder.resolve("none.yaml"));

        assertThat(problems(lint))
                .containsExactly("no such file (expected: a file, a folder, or - for standard input)");
        assertThat(lint.readable()).isFalse();
    }

    @Test
    void binaryFile_isReported() throws IOException {
        Path file = Files.write(folder.resolve("a.yaml"), new byte[] {'a', 0, 'b'});

        assertThat(problems(ManifestLint.of(file)))
                .containsExactly("not text: it holds a zero byte (expected: YAML or JSON in UTF-8)");
    }

    @Test
    void otherEncoding_isReported() throws IOException {
        Path file = Files.write(folder.resolve("a.yaml"), "kind: \u00fc".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(problems(ManifestLint.of(file))).containsExactly("not UTF-8 (expected: YAML or JSON in UTF-8)");
    }

    @Test
    void template_isReported_withTheAdviceToRenderIt() throws IOException {
        Path file =
                Files.writeString(folder.resolve("a.yaml"), "kind: Service\n{{- if .Values.x }}\na: b\n{{- end }}\n");

        assertThat(problems(ManifestLint.of(file)))
                .singleElement()
                .asString()
                .endsWith("; it looks like a template: render it first, as in helm template . | ebbtide-lint -");
    }

    @Test
    void list_isItsItems() throws IOException {
        Path file = Files.writeString(folder.resolve("a.yaml"), """
                apiVersion: v1
                kind: List
                items:
                  - apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: one}
                  - apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: two}
                    dada: {}
                """);

        ManifestLint lint = ManifestLint.of(file);

        assertThat(lint.objects()).isEqualTo(2);
        assertThat(lint.findings()).singleElement().satisfies(each -> {
            assertThat(each.rule()).isEqualTo("unknown-field");
            assertThat(each.line()).isEqualTo(10);
            assertThat(each.numbers()).isEqualTo("ConfigMap has no field 'dada'");
            assertThat(each.fix()).isEqualTo("is 'data' meant?");
        });
    }

    @Test
    void renderedChart_namesTheTemplate() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.yaml"),
                "---\n# Source: shop/templates/one.yaml\n" + CONFIG + "---\n# Source: shop/templates/two.yaml\n"
                        + CONFIG.replace("one", "two") + "dada: {}\n---\n" + CONFIG.replace("one", "three")
                        + "dada: {}\n");

        assertThat(ManifestLint.of(file).findings())
                .extracting(Finding::template)
                .containsExactly("shop/templates/two.yaml", null);
    }

    private static List<String> problems(ManifestLint lint) {
        return lint.findings().stream()
                .filter(each -> each.rule().equals("unreadable-input"))
                .map(Finding::numbers)
                .toList();
    }
}
