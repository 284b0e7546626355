package io.ebbtide.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void linkBackToAFolderAbove_isToldOnce() throws IOException {
        Files.writeString(folder.resolve("one.yaml"), CONFIG);
        Files.createSymbolicLink(folder.resolve("again"), folder);

        ManifestLint lint = ManifestLint.of(folder);

        assertThat(lint.objects()).isEqualTo(1);
        assertThat(problems(lint))
                .containsExactly(
                        "this folder was met before: a link leads back to it (expected: a tree); it is read once");
    }

    @Test
    void missingFile_isTold() {
        ManifestLint lint = ManifestLint.of(folder.resolve("none.yaml"));

        assertThat(problems(lint))
                .containsExactly("no such file (expected: a file, a folder, or - for standard input)");
        assertThat(lint.readable()).isFalse();
    }

    @Test
    void binaryFile_isTold() throws IOException {
        Path file = Files.write(folder.resolve("a.yaml"), new byte[] {'a', 0, 'b'});

        assertThat(problems(ManifestLint.of(file)))
                .containsExactly("not text: it holds a zero byte (expected: YAML or JSON in UTF-8)");
    }

    @Test
    void otherEncoding_isTold() throws IOException {
        Path file = Files.write(folder.resolve("a.yaml"), "kind: \u00fc".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(problems(ManifestLint.of(file))).containsExactly("not UTF-8 (expected: YAML or JSON in UTF-8)");
    }

    @Test
    void template_isToldToBeRenderedFirst() throws IOException {
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
