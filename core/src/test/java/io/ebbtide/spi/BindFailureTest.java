package io.ebbtide.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import org.junit.jupiter.api.Test;

final class BindFailureTest {
    private final BindException inUse = new BindException("Address already in use");

    @Test
    void of_aFailureToBind_namesSourceReasonAndRemedy() {
        assertThat(BindFailure.of("http:8080", inUse))
                .isInstanceOf(IOException.class)
                .hasMessage("http:8080 cannot be bound, Address already in use (expected: a free port on an address of"
                        + " this machine)")
                .hasCause(inUse);
    }

    @Test
    void of_aWrappedFailureToBind_keepsTheServersException() {
        var thrown = new IllegalStateException("component failed", new RuntimeException(inUse));

        assertThat(BindFailure.of("http:8080", thrown))
                .hasMessageStartingWith("http:8080 cannot be bound, Address already in use (")
                .hasCause(thrown);
    }

    @Test
    void of_anotherFailure_isNull() {
        assertThat(BindFailure.of("http:8080", new IOException("disk full"))).isNull();
    }

    @Test
    void of_aChainWithoutEnd_isNull() {
        var first = new RuntimeException("first");
        first.initCause(new RuntimeException("second", first));

        assertThat(BindFailure.of("http:8080", first)).isNull();
    }
}
