package io.ebbtide.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.0.255.1", "::1", "2001:db8::2", "0:0:0:0:0:0:0:1"})
    void parse_anAddress_isThatAddress(String text) throws Exception {
        assertThat(PeerAddress.parse(text)).isEqualTo(InetAddress.getByName(text));
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
    void parse_whatIsNoAddress_isNothing_withoutALookup(String text) {
        assertThat(PeerAddress.parse(text)).isNull();
    }

    @Test
    void parse_anAddressWithALongNumber_isNothing() {
        assertThat(PeerAddress.parse("1.2.3.99999999999999999999")).isNull();
    }

    @Test
    void of_anInternetSocket_isItsAddress() {
        InetAddress loopback = InetAddress.getLoopbackAddress();

        assertThat(PeerAddress.of(new InetSocketAddress(loopback, 8080))).isEqualTo(loopback);
    }

    @Test
    void of_anotherSocket_isNothing() {
        assertThat(PeerAddress.of(InetSocketAddress.createUnresolved("a.example", 8080)))
                .isNull();
        assertThat(PeerAddress.of(UnixDomainSocketAddress.of("/run/orders.sock")))
                .isNull();
        assertThat(PeerAddress.of(null)).isNull();
    }
}
