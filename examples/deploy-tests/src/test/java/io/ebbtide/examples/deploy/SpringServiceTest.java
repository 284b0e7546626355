package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.ManifestLint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The manifests of the example on Spring Boot are what our own linter asks of others. */
final class SpringServiceTest {
    @Test
    void manifests_haveNoFinding_andSuppressNone() throws Exception {
        ManifestLint lint = ManifestLint.of(Path.of("..", "spring-service", "deploy", "orders.yaml"));

        assertThat(lint.objects()).isEqualTo(3);
        assertThat(lint.findings()).isEmpty();
        assertThat(lint.suppressed()).isEmpty();
    }
}
