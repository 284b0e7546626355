package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class JdkModulesTest {
    @Test
    void require_acceptsAModuleThatIsResolved() {
        assertThat(JdkModules.isResolved(JdkModules.MANAGEMENT)).isTrue();
        assertThatCode(() -> JdkModules.require(JdkModules.MANAGEMENT, "the check of the heap"))
                .doesNotThrowAnyException();
    }

    @Test
    void require_namesWhatTheRuntimeImageLacks() {
        assertThatThrownBy(() -> JdkModules.require("jdk.missing", "the check of the heap"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the check of the heap needs the module jdk.missing, which this process lacks (expected: a runtime"
                                + " with it); build the runtime image by jlink with --add-modules jdk.missing");
    }

    @Test
    void remedy_forWhatTheRuntimeHas_isAnOptionOfJava() {
        assertThat(JdkModules.remedy("jdk.unsupported")).isEqualTo("start java with --add-modules jdk.unsupported");
    }
}
