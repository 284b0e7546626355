package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kustomize and Helm come to the same. */
final class RenderingTest {
    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void kustomizeAndHelm_ofEachSetup_makeTheSameObjects(Setup setup) throws IOException, InterruptedException {
        Rendering kustomize = Rendering.byKustomize(setup).comparable();
        Rendering helm = Rendering.byHelm(setup).comparable();

        assertThat(helm.objects().keySet()).isEqualTo(kustomize.objects().keySet());
        assertThat(helm.objects())
                .allSatisfy((name, object) -> assertThat(object).isEqualTo(kustomize.get(name)));
        assertThat(helm.objects()).hasSizeGreaterThanOrEqualTo(14);
    }

    @Test
    void components_haveTheirValuesForHelm_andNothingElseHas() throws IOException {
        try (Stream<Path> files = Files.list(Setup.CHART.resolve("options"))) {
            List<String> options = files.map(
                            file -> file.getFileName().toString().replace(".yaml", ""))
                    .sorted()
                    .toList();

            assertThat(options).isEqualTo(Setup.options());
        }
    }
}
