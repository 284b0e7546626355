package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SignalCountTest {
    private final AtomicLong millis = new AtomicLong();
    private final SignalCount signals = new SignalCount(() -> millis.get() * 1_000_000);

    @Test
    void signalsWithinASecond_areOne() {
        assertThat(at(0)).isEqualTo(1);
        assertThat(at(2)).isZero();
        assertThat(at(40)).isZero();
        assertThat(at(999)).isZero();
    }

    @Test
    void laterSignals_areMeant_andEachHasItsOwnEchoes() {
        assertThat(at(0)).isEqualTo(1);
        assertThat(at(1_000)).isEqualTo(2);
        assertThat(at(1_002)).isZero();
        assertThat(at(2_001)).isEqualTo(3);
    }

    /** Many signals do not postpone a second signal for ever. */
    @Test
    void echoes_doNotExtendTheSecond() {
        assertThat(at(0)).isEqualTo(1);
        assertThat(at(600)).isZero();
        assertThat(at(1_200)).isEqualTo(2);
    }

    private int at(long now) {
        millis.set(now);
        return signals.next();
    }
}
