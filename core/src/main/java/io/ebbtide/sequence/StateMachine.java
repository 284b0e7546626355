package io.ebbtide.sequence;

import io.ebbtide.internal.Ticker;
import io.ebbtide.lifecycle.LifecycleState;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** The state of one service, and when each state was entered. Safe for use by many threads. */
final class StateMachine {
    private record Entry(LifecycleState state, long nanos) {}

    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private final Ticker ticker;
    private final BiConsumer<LifecycleState, LifecycleState> moved;
    private volatile LifecycleState state = LifecycleState.STARTING;

    /** @param moved called with the old and the new state of each move, on the thread that made it */
    StateMachine(Ticker ticker, BiConsumer<LifecycleState, LifecycleState> moved) {
        this.ticker = ticker;
        this.moved = moved;
        entries.add(new Entry(LifecycleState.STARTING, ticker.nanos()));
    }

    LifecycleState state() {
        return state;
    }

    /**
     * Moves to a state. Returns false, and changes nothing, if it cannot be entered from the current one. One move at a
     * time, so that moves are reported in the order in which they are made.
     */
    synchronized boolean move(LifecycleState next) {
        LifecycleState now = state;
        if (!mayMove(now, next)) {
            return false;
        }
        state = next;
        entries.add(new Entry(next, ticker.nanos()));
        moved.accept(now, next);
        return true;
    }

    /** Returns how long this state has lasted, whether it is over or not; zero if it has not been entered. */
    Duration timeIn(LifecycleState which) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).state() == which) {
                long end = i + 1 < entries.size() ? entries.get(i + 1).nanos() : ticker.nanos();
                return Duration.ofNanos(end - entries.get(i).nanos());
            }
        }
        return Duration.ZERO;
    }

    boolean hasEntered(LifecycleState which) {
        for (Entry entry : entries) {
            if (entry.state() == which) {
                return true;
            }
        }
        return false;
    }

    /** Returns how long each past state lasted. */
    Map<LifecycleState, Duration> times() {
        var times = new EnumMap<LifecycleState, Duration>(LifecycleState.class);
        for (int i = 0; i + 1 < entries.size(); i++) {
            Entry entry = entries.get(i);
            times.put(entry.state(), Duration.ofNanos(entries.get(i + 1).nanos() - entry.nanos()));
        }
        return times;
    }

    /** A signal may come during start-up; a listener may serve already, so nothing skips DRAINING. */
    static boolean mayMove(LifecycleState from, LifecycleState next) {
        return switch (from) {
            case STARTING -> next == LifecycleState.RUNNING || next == LifecycleState.DRAINING;
            case RUNNING -> next == LifecycleState.LAME_DUCK || next == LifecycleState.DRAINING;
            case LAME_DUCK -> next == LifecycleState.DRAINING;
            case DRAINING -> next == LifecycleState.STOPPING;
            case STOPPING -> next == LifecycleState.STOPPED;
            case STOPPED -> false;
        };
    }
}
