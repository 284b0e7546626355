package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.OtherClassPath;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The adapter names an Undertow that it does not support. */
final class UndertowVersionIT {
    private static final Path REFUSED = Path.of("target", "undertow-refused");

    /** Run beside an older Undertow. */
    public static final class Service implements Supplier<String> {
        @Override
        public String get() {
            try {
                return "accepted: " + UndertowSource.http(0, exchange -> {}).name();
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        }
    }

    @Test
    void otherLine_isRefusedWithItsVersionAndTheRemedy() throws Exception {
        var other = OtherClassPath.of("undertow-core", REFUSED);

        assertThat(other.run(Service.class))
                .isEqualTo("Undertow: 2.2.41.Final (expected: 2.3.x or 2.4.x);"
                        + " set such a version of io.undertow:undertow-core in dependencyManagement");
    }
}
