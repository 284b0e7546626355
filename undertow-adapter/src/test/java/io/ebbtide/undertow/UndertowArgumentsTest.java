package io.ebbtide.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Whatever the caller gives that cannot be is refused by its name, and before anything is done. */
final class UndertowArgumentsTest {
    @Test
    void wrongArguments_areRefusedByName() {
        List<ThrowingCallable> wrong = List.of(
                () -> UndertowSource.http(-1, exchange -> {}),
                () -> UndertowSource.http(65_536, exchange -> {}),
                () -> UndertowSource.http(0, null),
                () -> UndertowSource.of(null, exchange -> {}),
                () -> UndertowSource.http(0, exchange -> {}).idleTimeout(null),
                () -> UndertowSource.http(0, exchange -> {}).idleTimeout(java.time.Duration.ofDays(2)),
                () -> UndertowSource.http(0, exchange -> {}).workerThreads(0),
                () -> UndertowSource.http(0, exchange -> {}).ioThreads(-1),
                () -> UndertowSource.ticket(null));

        assertThat(wrong)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("expected: "));
    }
}
