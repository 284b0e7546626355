package io.ebbtide.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Whatever the caller gives that cannot be is refused by its name, and before anything is done. */
final class JdbcArgumentsTest {
    @Test
    void wrongArguments_areRefusedByName() {
        List<ThrowingCallable> wrong = List.of(
                () -> JdbcCheck.of(null),
                () -> JdbcCheck.of(null, JdbcOptions.defaults()),
                () -> JdbcOptions.defaults().withQuery(null),
                () -> JdbcOptions.defaults().withQuery(" "),
                () -> JdbcOptions.defaults().withStuckAfter(null),
                () -> JdbcComponent.closing(null));

        assertThat(wrong)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("expected: "));
    }
}
