package io.ebbtide.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.OtherClassPath;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The adapter names a Tomcat that it does not support. */
final class TomcatVersionIT {
    private static final Path REFUSED = Path.of("target", "tomcat-refused");

    /** Run beside a Tomcat of the {@code javax} packages. */
    public static final class Service implements Supplier<String> {
        @Override
        public String get() {
            try {
                return "accepted: " + TomcatSource.http(0, context -> {}).name();
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        }
    }

    @Test
    void otherLine_isRefusedWithItsVersionAndTheRemedy() throws Exception {
        var other = OtherClassPath.of("tomcat-embed-core", REFUSED);

        assertThat(other.run(Service.class))
                .isEqualTo("Tomcat: 9.0.98 (expected: 10.1.x or 11.0.x);"
                        + " depend on such a version of org.apache.tomcat.embed:tomcat-embed-core");
    }
}
