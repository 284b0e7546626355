package io.ebbtide.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.eclipse.jetty.server.handler.DefaultHandler;
import org.junit.jupiter.api.Test;

/** Whatever the caller gives that cannot be is refused by its name, and before anything is done. */
final class JettyArgumentsTest {
    @Test
    void wrongArguments_areRefusedByName() {
        List<ThrowingCallable> wrong = List.of(
                () -> JettySource.http(-1, new DefaultHandler()),
                () -> JettySource.http(0, null),
                () -> JettySource.of(null),
                () -> JettySource.http(0, new DefaultHandler()).idleTimeout(null),
                () -> JettySource.http(0, new DefaultHandler()).workerThreads(0),
                () -> JettySource.ticket(null));

        assertThat(wrong)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("expected: "));
    }
}
