package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.0.255.1", "::1", "2001:db8::2", "0:0:0:0:0:0:0:1"})
    void of_anAddress_isThatAddress(String text) throws Exception {
        assertThat(Address.of(text)).isEqualTo(InetAddress.getByName(text));
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "localhost",
                "a.example",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "1..2.3",
                "1.2.3.",
                "beef",
                "unknown",
                "a:b:c",
                ":",
                "_x"
            })
    void of_whatIsNoAddress_isNothing_andNobodyIsAsked(String text) {
        assertThat(Address.of(text)).isNull();
    }

    @Test
    void of_anAddressWithALongNumber_isNothing() {
        assertThat(Address.of("1.2.3.99999999999999999999")).isNull();
    }
}
