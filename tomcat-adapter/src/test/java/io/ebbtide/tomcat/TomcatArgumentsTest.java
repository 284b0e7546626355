package io.ebbtide.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Whatever the caller gives that cannot be is refused by its name, and before anything is done. */
final class TomcatArgumentsTest {
    @Test
    void wrongArguments_areRefusedByName() {
        List<ThrowingCallable> wrong = List.of(
                () -> TomcatSource.http(-1, context -> {}),
                () -> TomcatSource.http(0, null),
                () -> TomcatSource.of(null),
                () -> TomcatSource.http(0, context -> {}).idleTimeout(null),
                () -> TomcatSource.http(0, context -> {}).idleTimeout(java.time.Duration.ZERO),
                () -> TomcatSource.http(0, context -> {}).workerThreads(0),
                () -> TomcatSource.ticket(null));

        assertThat(wrong)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("expected: "));
    }
}
