package io.ebbtide.lint.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ebbtide.lint.ManifestLint;
import io.ebbtide.lint.Orders;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The role of each file in the kustomization of its folder. */
final class KustomizationTest {
    private static final String PATCH = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: orders}
            spec: {template: {spec: {containers: [{name: app, env: [{name: A, value: b}]}]}}}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeAnObject() throws IOException {
        write("config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: orders}\n");
    }

    @Test
    void fileThatIsListedAsAPatch_isOne() throws IOException {
        write("patches/env.yaml", PATCH);
        write("patches/old.yaml", PATCH);
        write(
                "kustomization.yaml",
                "resources: [config.yaml]\npatches: [{path: patches/env.yaml}]\n"
                        + "patchesStrategicMerge: [./patches/old.yaml]\n");

        assertThat(rules()).containsExactly("not-a-manifest", "kustomize-patch", "kustomize-patch");
        lint().assertClean();
    }

    @Test
    void patchThatIsListedByItsNameAlone_asInTheOldForm_isOne() throws IOException {
        write("overlays/env.yaml", PATCH);
        write("kustomization.yaml", "resources: [config.yaml]\npatches:\n- overlays/env.yaml\n");

        assertThat(rules()).containsExactly("not-a-manifest", "kustomize-patch");
    }

    @Test
    void sameFile_thatNoKustomizationLists_isJudgedAsAnObject() throws IOException {
        write("other/env.yaml", PATCH);
        write("kustomization.yaml", "resources: [config.yaml]\n");

        assertThat(rules()).contains("missing-field").doesNotContain("kustomize-patch");
    }

    @Test
    void fileThatIsCalledAPatch_isOne_unlessItIsListedAsAnObject() throws IOException {
        write("patches/env.yaml", PATCH);
        write("env_patch.yaml", PATCH);
        write("kustomization.yaml", "resources: [config.yaml]\n#patches: [{path: patches/env.yaml}]\n");
        assertThat(rules()).containsExactlyInAnyOrder("not-a-manifest", "kustomize-patch", "kustomize-patch");

        write("kustomization.yaml", "resources: [config.yaml, env_patch.yaml, patches/env.yaml]\n");
        assertThat(rules()).contains("missing-field").doesNotContain("kustomize-patch");
    }

    @Test
    void fileThatIsCalledAPatch_withoutAKustomization_isJudgedAsAnObject() throws IOException {
        write("env_patch.yaml", PATCH);

        assertThat(rules()).contains("missing-field").doesNotContain("kustomize-patch");
    }

    @Test
    void kustomizationThatIsNamed_isANote_alsoWithoutAKind() throws IOException {
        Path file = write("kustomization.yaml", "resources: [config.yaml]\n");

        List<Finding> findings =
                ManifestLint.of(file, folder.resolve("config.yaml")).findings();

        assertThat(findings).hasSize(1).first().satisfies(each -> {
            assertThat(each.rule()).isEqualTo("not-a-manifest");
            assertThat(each.severity()).isEqualTo(Severity.NOTE);
            assertThat(each.numbers()).isEqualTo("this file configures kustomize and is not an object");
            assertThat(each.fix()).isEqualTo("lint the output of kustomize: kubectl kustomize . | ebbtide-lint -");
        });
    }

    @Test
    void nameOfANamespace_isKustomizes_whereItSetsOne() throws IOException {
        write("namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: _}\n");
        assertThat(rules()).contains("invalid-value");

        write("kustomization.yaml", "namespace: shop\nresources: [namespace.yaml]\n");
        assertThat(rules()).containsExactly("not-a-manifest");
    }

    @Test
    void selector_isKustomizes_whereItAddsLabels() throws IOException {
        write("orders.yaml", """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: orders}
                spec: {template: {spec: {containers: [{name: app, image: "a:1"}]}}}
                """);
        assertThat(rules()).contains("missing-field");

        write("kustomization.yaml", "commonLabels: {app: orders}\nresources: [orders.yaml]\n");
        assertThat(rules()).containsExactly("not-a-manifest");

        write("kustomization.yaml", "labels: [{pairs: {app: orders}, includeSelectors: true}]\n");
        assertThat(rules()).containsExactly("not-a-manifest");
    }

    @Test
    void configurationOfATransformer_isKustomizesOwn() throws IOException {
        write("prefix.yaml", "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: a}\nprefix: a-\n");
        write("kustomization.yaml", "resources: [config.yaml]\ntransformers: [prefix.yaml]\n");

        assertThat(rules()).containsExactly("not-a-manifest", "not-a-manifest");
    }

    @Test
    void stream_isNoPartOfAnyFolder() throws IOException {
        assertThat(new Kustomization.Folders().of(folder.resolve("config.yaml")))
                .isEqualTo(Kustomization.NONE);
        assertThat(Orders.rules("apiVersion: v1\nkind: Namespace\nmetadata: {name: _}\n"))
                .containsExactly("invalid-value");
    }

    @Test
    void sameObjectInTwoFiles_isOneNoteIfTheyDiffer_andInOneFileAWarning() throws IOException {
        String two = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n"
                + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n";
        write("one.yaml", two);
        write("other.yaml", two);
        assertThat(rules()).isEmpty();

        write("other.yaml", two + "data: {size: large}\n");
        assertThat(lint().findings())
                .extracting(Finding::rule, Finding::severity)
                .containsExactly(tuple("duplicate-object", Severity.NOTE));

        write(
                "other.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\n"
                        + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n");
        assertThat(lint().findings())
                .extracting(Finding::rule, Finding::severity)
                .containsExactly(tuple("duplicate-object", Severity.WARNING));
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private ManifestLint lint() {
        return ManifestLint.of(folder);
    }

    private List<String> rules() {
        return lint().findings().stream().map(Finding::rule).toList();
    }
}
