package io.ebbtide.sequence;

import static io.ebbtide.lifecycle.LifecycleState.DRAINING;
import static io.ebbtide.lifecycle.LifecycleState.LAME_DUCK;
import static io.ebbtide.lifecycle.LifecycleState.RUNNING;
import static io.ebbtide.lifecycle.LifecycleState.STARTING;
import static io.ebbtide.lifecycle.LifecycleState.STOPPED;
import static io.ebbtide.lifecycle.LifecycleState.STOPPING;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class StateMachineTest {
    private static final Map<LifecycleState, Set<LifecycleState>> MOVES = Map.of(
            STARTING, Set.of(RUNNING, DRAINING),
            RUNNING, Set.of(LAME_DUCK, DRAINING),
            LAME_DUCK, Set.of(DRAINING),
            DRAINING, Set.of(STOPPING),
            STOPPING, Set.of(STOPPED),
            STOPPED, Set.of());

    @ParameterizedTest
    @EnumSource
    void move_allowsTheseMovesAndNoOther(LifecycleState from) {
        for (LifecycleState to : LifecycleState.values()) {
            assertThat(StateMachine.mayMove(from, to))
                    .as("%s to %s", from, to)
                    .isEqualTo(MOVES.get(from).contains(to));
        }
    }

    @Test
    void machine_movesOnceAndNotifiesOnce() {
        List<String> notified = new ArrayList<>();
        var machine = new StateMachine(new FakeTicker(), (from, to) -> notified.add(from + " to " + to));

        assertThat(machine.move(RUNNING)).isTrue();
        assertThat(machine.move(RUNNING)).isFalse();
        assertThat(machine.move(STOPPED)).isFalse();

        assertThat(machine.state()).isEqualTo(RUNNING);
        assertThat(notified).containsExactly("STARTING to RUNNING");
    }

    @Test
    void machine_knowsHowLongEachStateLasted() {
        var ticker = new FakeTicker();
        var machine = new StateMachine(ticker, (from, to) -> {});
        ticker.advance(Duration.ofMillis(30));
        machine.move(RUNNING);
        ticker.advance(Duration.ofSeconds(7));
        machine.move(DRAINING);

        assertThat(machine.times()).isEqualTo(Map.of(STARTING, Duration.ofMillis(30), RUNNING, Duration.ofSeconds(7)));
    }
}
