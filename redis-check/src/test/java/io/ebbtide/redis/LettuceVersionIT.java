package io.ebbtide.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testkit.OtherClassPath;
import io.lettuce.core.RedisClient;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The check names a Lettuce that it does not support. */
final class LettuceVersionIT {
    private static final Path REFUSED = Path.of("target", "lettuce-refused");

    /** Run beside a Lettuce that has no {@code CommandListener}, to which this module links. */
    public static final class Service implements Supplier<String> {
        @Override
        public String get() {
            RedisClient client = RedisClient.create("redis://localhost");
            try {
                RedisCheck.of(client);
                return "accepted";
            } catch (IllegalStateException e) {
                return e.getMessage();
            } finally {
                client.shutdown(); // before its class loader is closed
            }
        }
    }

    @Test
    void olderVersion_isRefusedWithTheRemedy() throws Exception {
        var other = OtherClassPath.of("lettuce-core", REFUSED);

        assertThat(other.run(Service.class))
                .isEqualTo("Lettuce: 6.0.9.RELEASE (expected: 6.1 or later);"
                        + " set such a version of io.lettuce:lettuce-core in dependencyManagement");
    }
}
