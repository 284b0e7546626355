package io.ebbtide.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.testing.FakeTicker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class PeersTest {
    private final FakeTicker ticker = new FakeTicker();
    private final Peers peers = new Peers(ticker);

    @Test
    void busiest_areSortedByWhatTheyBrought() {
        arrived(1, 10);
        arrived(2, 30);
        arrived(3, 20);

        assertThat(peers.busiest())
                .extracting(counted -> counted.peer().name())
                .containsExactly("10.0.0.2", "10.0.0.3", "10.0.0.1");
        assertThat(peers.busiest()).extracting(Peers.Counted::count).containsExactly(30L, 20L, 10L);
    }

    @Test
    void moreThanCanBeKnown_areOthers() {
        for (int peer = 0; peer < Peers.MAX_KNOWN + 10; peer++) {
            arrived(peer, 2);
        }

        assertThat(peers.busiest()).hasSize(Peers.MAX_KNOWN);
        assertThat(peers.countOfOthers()).isEqualTo(20);
    }

    @Test
    void peerThatIsSilentForTheWindow_makesRoomForAnother() {
        for (int peer = 0; peer < Peers.MAX_KNOWN; peer++) {
            arrived(peer, 1);
        }
        ticker.advance(Duration.ofSeconds(60));
        arrived(7, 1);
        ticker.advance(Duration.ofSeconds(100));

        arrived(2_000, 1);

        assertThat(peers.busiest())
                .extracting(counted -> counted.peer().name())
                .containsExactlyInAnyOrder("10.0.0.7", "10.0.7.208");
        assertThat(peers.countOfOthers()).isZero();
    }

    /** A sort that reads changing values twice may find a contradiction, and throw. */
    @Test
    void busiest_whileTrafficGoesOn_canBeReported() throws Exception {
        for (int peer = 0; peer < 500; peer++) {
            arrived(peer, 1 + peer % 7);
        }
        var over = new AtomicBoolean();
        Thread traffic = new Thread(() -> {
            for (int i = 0; !over.get(); i++) {
                arrived(i * 31 % 500, 1);
            }
        });
        traffic.start();
        try {
            for (int poll = 0; poll < 1_000; poll++) {
                assertThat(peers.busiest()).hasSize(500);
            }
        } finally {
            over.set(true);
            traffic.join();
        }
    }

    private void arrived(int peer, int count) {
        try {
            InetAddress address = InetAddress.getByAddress(new byte[] {10, 0, (byte) (peer >> 8), (byte) peer});
            for (int i = 0; i < count; i++) {
                peers.arrived(address, true);
            }
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
