package io.ebbtide.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Whatever the caller gives that cannot be is refused by its name, and before anything is done. */
final class RedisArgumentsTest {
    @Test
    void wrongArguments_areRefusedByName() {
        List<ThrowingCallable> wrong = List.of(
                () -> RedisCheck.of((RedisClient) null),
                () -> RedisCheck.of((StatefulRedisConnection<?, ?>) null),
                () -> RedisCheck.withRole((RedisClient) null),
                () -> RedisCheck.evidence(null),
                () -> RedisComponent.closing(null));

        assertThat(wrong)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("expected: "));
    }
}
